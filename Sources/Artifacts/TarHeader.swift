/// One header of a tar file (POSIX.1-1988 ustar; long names as GNU tar writes them).
struct TarHeader {
    var path: String
    var kind: UInt8
    var mode: Int
    var size: Int64
    var link: String

    /// The blocks that begin an entry.
    static func bytes(
        path: String, kind: Character, mode: Int, size: Int64, link: String = ""
    ) -> [UInt8] {
        var blocks: [UInt8] = []
        if path.utf8.count > 100 { blocks += long("L", path) }
        if link.utf8.count > 100 { blocks += long("K", link) }
        return blocks + block(path, kind, mode, size, link)
    }

    private static func long(_ kind: Character, _ text: String) -> [UInt8] {
        let body = Array(text.utf8) + [0]
        let padding = (512 - body.count % 512) % 512
        return block("././@LongLink", kind, 0o644, Int64(body.count), "") + body
            + [UInt8](repeating: 0, count: padding)
    }

    private static func block(
        _ path: String, _ kind: Character, _ mode: Int, _ size: Int64, _ link: String
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ bytes: some Sequence<UInt8>, at offset: Int, most: Int) {
            for (index, byte) in bytes.prefix(most).enumerated() { block[offset + index] = byte }
        }
        func octal(_ value: Int64, at offset: Int, digits: Int) {
            let text = String(value, radix: 8)
            put(
                (String(repeating: "0", count: max(0, digits - text.count)) + text).utf8,
                at: offset, most: digits)
        }
        put(path.utf8, at: 0, most: 100)
        octal(Int64(mode), at: 100, digits: 7)
        octal(0, at: 108, digits: 7)
        octal(0, at: 116, digits: 7)
        octal(size, at: 124, digits: 11)
        octal(0, at: 136, digits: 11)
        put(String(repeating: " ", count: 8).utf8, at: 148, most: 8)
        block[156] = kind.asciiValue ?? 0
        put(link.utf8, at: 157, most: 100)
        put("ustar\u{0}00".utf8, at: 257, most: 8)
        let sum = block.reduce(Int64(0)) { $0 + Int64($1) }
        octal(sum, at: 148, digits: 6)
        block[154] = 0
        block[155] = UInt8(ascii: " ")
        return block
    }

    /// Reads a block; `nil` when its checksum or a number is wrong.
    init?(block: [UInt8]) {
        guard block.count == 512 else { return nil }
        var sum = 0
        for (index, byte) in block.enumerated() {
            sum += (148..<156).contains(index) ? 0x20 : Int(byte)
        }
        guard let stated = TarHeader.octal(block[148..<156]), stated == Int64(sum),
            let size = TarHeader.octal(block[124..<136]),
            let mode = TarHeader.octal(block[100..<108])
        else { return nil }
        self.size = size
        self.mode = Int(mode & 0o777)
        kind = block[156] == 0 ? UInt8(ascii: "0") : block[156]
        path = TarHeader.text(block[0..<100])
        link = TarHeader.text(block[157..<257])
        let prefix = TarHeader.text(block[345..<500])
        if !prefix.isEmpty { path = "\(prefix)/\(path)" }
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    private static func octal(_ bytes: ArraySlice<UInt8>) -> Int64? {
        let digits = bytes.drop { $0 == 0x20 }.prefix { $0 != 0 && $0 != 0x20 }
        guard !digits.isEmpty, digits.count <= 12 else { return nil }
        return Int64(String(decoding: digits, as: UTF8.self), radix: 8)
    }
}
