/// Spans of time as people type them.
package enum SpanText {
    /// Seconds of `90s`, `30m`, `12h`, `7d`; `nil` for anything else, and beyond ten years.
    package static func seconds(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()),
            (0...3_650 * 86_400 / unit).contains(count)
        else { return nil }
        return count * unit
    }
}
