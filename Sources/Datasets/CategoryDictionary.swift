/// Numbers the different texts of one column in order of first appearance.
///
/// An own table over bytes: a `String` per field would cost more than reading the field.
struct CategoryDictionary {
    /// What a lookup came to.
    enum Outcome {
        case code(Int)
        /// Not known, and nothing more is taken.
        case unknown
        case tooMany
        case notUTF8
    }

    private var bytes: [UInt8] = []
    private var ends: [Int] = [0]
    private var table: [Int32]
    private let maximum: Int

    /// An empty dictionary of at most so many texts.
    init(maximum: Int) {
        self.maximum = maximum
        table = [Int32](repeating: -1, count: 64)
    }

    /// A dictionary that begins with these texts, as a trained model knows them.
    init(known texts: [String], maximum: Int) {
        self.init(maximum: maximum + texts.count)
        for text in texts {
            var copy = text
            copy.withUTF8 { _ = insert($0, hash: Self.hash($0)) }
        }
    }

    /// How many texts there are.
    var count: Int { ends.count - 1 }

    /// All texts, by number.
    var texts: [String] {
        (0..<count).map { String(decoding: bytes[ends[$0]..<ends[$0 + 1]], as: UTF8.self) }
    }

    /// The number of a text; a new one is only taken when the dictionary `learns`.
    mutating func code(
        of text: UnsafeBufferPointer<UInt8>, learns: Bool = true
    ) -> Outcome {
        let hash = Self.hash(text)
        if let code = find(text, hash: hash) { return .code(code) }
        if !learns { return .unknown }
        guard count < maximum else { return .tooMany }
        guard String(validating: text, as: UTF8.self) != nil else { return .notUTF8 }
        return .code(insert(text, hash: hash))
    }

    private mutating func insert(_ text: UnsafeBufferPointer<UInt8>, hash: UInt64) -> Int {
        let code = count
        bytes.append(contentsOf: text)
        ends.append(bytes.count)
        if 2 * count > table.count { grow() } else { place(code, hash: hash) }
        return code
    }

    private mutating func place(_ code: Int, hash: UInt64) {
        var place = Int(truncatingIfNeeded: hash) & (table.count - 1)
        while table[place] >= 0 { place = (place + 1) & (table.count - 1) }
        table[place] = Int32(code)
    }

    private mutating func grow() {
        table = [Int32](repeating: -1, count: table.count * 4)
        for code in 0..<count {
            let hash = bytes[ends[code]..<ends[code + 1]].withUnsafeBufferPointer(Self.hash)
            place(code, hash: hash)
        }
    }

    @inline(__always)
    private func find(_ text: UnsafeBufferPointer<UInt8>, hash: UInt64) -> Int? {
        table.withUnsafeBufferPointer { table in
            bytes.withUnsafeBufferPointer { bytes in
                ends.withUnsafeBufferPointer { ends in
                    var place = Int(truncatingIfNeeded: hash) & (table.count &- 1)
                    while table[place] >= 0 {
                        let code = Int(table[place])
                        let start = ends[code]
                        if ends[code &+ 1] &- start == text.count,
                            Self.equal(bytes, start, text)
                        {
                            return code
                        }
                        place = (place &+ 1) & (table.count &- 1)
                    }
                    return nil
                }
            }
        }
    }

    @inline(__always)
    private static func equal(
        _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ text: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        for index in 0..<text.count where bytes[start &+ index] != text[index] { return false }
        return true
    }

    /// FNV-1a with a final mix, because only its low bits are used.
    @inline(__always)
    private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var value: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return value ^ value >> 29
    }
}
