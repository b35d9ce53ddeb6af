/// Frames that were not used, by why; counted since the attempt came to this trainer.
struct FrameRefusals: Equatable {
    /// No frame at all: wrong parts, wrong header, wrong length.
    var malformed: UInt64 = 0
    /// Not sealed under the term's key, or changed on its way.
    var forged: UInt64 = 0
    /// Sealed rightly, but seen before.
    var replayed: UInt64 = 0
    /// Of an older term or another job.
    var stale: UInt64 = 0
    /// The digest of the payload is not the one its sender wrote; by the sender's rank.
    var corrupted: [UInt32: UInt64] = [:]
    /// More frames before their round than are kept.
    var overflowed: UInt64 = 0

    /// Whether anything but frames of older terms was refused: those are usual.
    var isNoteworthy: Bool {
        malformed + forged + replayed + overflowed > 0 || !corrupted.isEmpty
    }

    /// `3 forged, 1 corrupted by h2`: the kinds that occurred; `name` gives the member of a rank.
    func words(_ name: (UInt32) -> String) -> String {
        var words: [String] = []
        for (count, word) in [
            (malformed, "malformed"), (forged, "forged"), (replayed, "replayed"),
            (stale, "of an older term"), (overflowed, "too early"),
        ] where count > 0 {
            words.append("\(count) \(word)")
        }
        for rank in corrupted.keys.sorted() {
            words.append("\(corrupted[rank] ?? 0) corrupted by \(name(rank))")
        }
        return words.joined(separator: ", ")
    }
}
