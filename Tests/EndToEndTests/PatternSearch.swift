/// Finds which of many patterns stand somewhere in a long run of bytes, in one pass over them.
///
/// A pattern of at least 31 bytes covers, wherever it lies, one whole block of 16 bytes that begins
/// at a multiple of 16. So only those blocks are looked up, among the first eight bytes of every
/// block a pattern could cover, and what is found there is compared whole.
struct PatternSearch {
    /// The shortest pattern.
    static let shortest = 31
    private static let block = 16

    private let patterns: [[UInt8]]
    /// For the first eight bytes of a block: which pattern may stand there, and how far before.
    private var places: [UInt64: [(pattern: Int, before: Int)]] = [:]

    init(_ patterns: [[UInt8]]) {
        self.patterns = patterns
        for (index, pattern) in patterns.enumerated() {
            precondition(pattern.count >= Self.shortest, "a pattern is too short for the blocks")
            pattern.withUnsafeBytes { bytes in
                for before in 0..<Self.block {
                    let key = bytes.loadUnaligned(fromByteOffset: before, as: UInt64.self)
                    places[key, default: []].append((index, before))
                }
            }
        }
    }

    /// The numbers of the patterns that stand in the bytes.
    func found(in bytes: [UInt8]) -> Set<Int> {
        var found: Set<Int> = []
        bytes.withUnsafeBytes { bytes in
            var place = 0
            while place + 8 <= bytes.count {
                let key = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                for candidate in places[key] ?? [] {
                    let start = place - candidate.before
                    let pattern = patterns[candidate.pattern]
                    guard start >= 0, start + pattern.count <= bytes.count else { continue }
                    if bytes[start..<(start + pattern.count)].elementsEqual(pattern) {
                        found.insert(candidate.pattern)
                    }
                }
                place += Self.block
            }
        }
        return found
    }
}
