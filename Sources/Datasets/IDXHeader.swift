/// Reads the big-endian header of the MNIST file format.
enum IDXHeader {
    private static let maximumDimensions = 8

    /// Reads the header and leaves the source at the first value.
    static func read(_ source: inout ByteSource) throws(DataProblem) -> ArrayHeader {
        let magic = try source.readBytes(4)
        guard magic.count == 4, magic[0] == 0, magic[1] == 0 else {
            let found = magic.map { byte in
                let digits = String(byte, radix: 16)
                return digits.count == 1 ? "0\(digits)" : digits
            }
            throw DataProblem(
                .wrongMagic,
                in: source.file,
                found: "the file starts with \(found.joined(separator: " ")), IDX with 00 00",
                cure: "check that this is an IDX file, or set another format",
            )
        }
        let kinds: [UInt8: ElementType.Kind] = [
            0x08: .unsigned8, 0x09: .signed8, 0x0B: .signed16, 0x0C: .signed32, 0x0D: .float32,
            0x0E: .float64,
        ]
        guard let kind = kinds[magic[2]] else {
            throw DataProblem(
                .unsupportedType,
                in: source.file,
                found: "IDX type code \(magic[2])",
                cure: "use 8, 9, 11, 12, 13 or 14 (8 is unsigned bytes)",
            )
        }
        let dimensions = Int(magic[3])
        guard dimensions >= 1, dimensions <= maximumDimensions else {
            throw DataProblem(
                .malformedHeader,
                in: source.file,
                found: "\(dimensions) dimensions",
                cure: "IDX files here have 1 to \(maximumDimensions)",
            )
        }
        let sizes = try source.readBytes(dimensions * 4)
        guard sizes.count == dimensions * 4 else {
            throw DataProblem(
                .truncated,
                in: source.file,
                found: "the file ends inside its header",
                cure: "the file was cut off; copy or download it again",
            )
        }
        let shape = (0..<dimensions).map { dimension in
            sizes[dimension * 4..<dimension * 4 + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        let element = ElementType(kind: kind, isBigEndian: true)
        guard let header = ArrayHeader(element: element, shape: shape) else {
            throw DataProblem(
                .malformedHeader,
                in: source.file,
                found: "dimensions \(shape.map { String($0) }.joined(separator: " x "))",
                cure: "no file can hold so many values; the header is damaged",
            )
        }
        return header
    }

    /// `pixel_ROW_COLUMN` for images, otherwise `value0`, `value1`, …
    static func featureNames(_ header: ArrayHeader) -> [String] {
        guard header.shape.count == 3 else {
            return (0..<header.rowWidth).map { "value\($0)" }
        }
        let width = header.shape[2]
        return (0..<header.rowWidth).map { "pixel_\($0 / width)_\($0 % width)" }
    }
}
