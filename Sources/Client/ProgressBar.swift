/// A bar of blocks.
package enum ProgressBar {
    /// `████████░░` for a share of 0 ... 1; the last block only when all is done.
    package static func text(_ share: Double, width: Int) -> String {
        let bounded = share.isFinite ? min(1, max(0, share)) : 0
        let full = min(max(0, width), Int((bounded * Double(max(0, width))).rounded(.down)))
        return String(repeating: "█", count: full)
            + String(repeating: "░", count: max(0, width) - full)
    }
}
