/// Reads the header of a NumPy array file, versions 1 to 3.
enum NPYHeader {
    private static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]
    private static let maximumHeaderBytes = 1 << 20
    private static let maximumDimensions = 32

    /// Reads the header and leaves the source at the first value.
    static func read(_ source: inout ByteSource) throws(DataProblem) -> ArrayHeader {
        let start = try source.readBytes(8)
        guard start.starts(with: magic), start.count == 8 else {
            throw DataProblem(
                .wrongMagic,
                in: source.file,
                found: "the file does not start as a NumPy file does",
                cure: "write it with numpy.save (not savez), or set another format",
            )
        }
        guard (1...3).contains(start[6]) else {
            throw malformed(source.file, "NPY version \(start[6]).\(start[7])")
        }
        let lengthBytes = try source.readBytes(start[6] == 1 ? 2 : 4)
        let length = lengthBytes.reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= maximumHeaderBytes else {
            throw malformed(source.file, "a header of \(length) bytes")
        }
        let bytes = try source.readBytes(length)
        guard lengthBytes.count == (start[6] == 1 ? 2 : 4), bytes.count == length else {
            throw DataProblem(
                .truncated,
                in: source.file,
                found: "the file ends inside its header",
                cure: "the file was cut off; copy or download it again",
            )
        }
        return try parse(String(decoding: bytes, as: UTF8.self), file: source.file)
    }

    private static func malformed(_ file: DataFileRole, _ found: String) -> DataProblem {
        DataProblem(
            .malformedHeader,
            in: file,
            found: found,
            cure: "write the array again with numpy.save",
        )
    }

    private static func parse(_ text: String, file: DataFileRole) throws(DataProblem) -> ArrayHeader
    {
        guard let order = value(of: "fortran_order", in: text),
            let descriptor = value(of: "descr", in: text),
            let shapeText = value(of: "shape", in: text), shapeText.hasPrefix("("),
            let shapeEnd = shapeText.firstIndex(of: ")")
        else {
            throw malformed(file, "a header without descr, fortran_order and shape")
        }
        let element = try elementType(descriptor, file: file)
        var shape: [Int] = []
        for part in shapeText[..<shapeEnd].dropFirst().split(separator: ",") {
            let digits = part.drop(while: { $0 == " " })
            guard let size = Int(digits), size >= 0, shape.count < maximumDimensions else {
                throw malformed(file, "the shape \(DataFinding.printable(String(shapeText)))")
            }
            shape.append(size)
        }
        guard !shape.isEmpty else {
            throw DataProblem(
                .wrongShape,
                in: file,
                found: "a single value, not an array",
                cure: "save an array with one row per example",
            )
        }
        if order.hasPrefix("True"), shape.count > 1 {
            throw DataProblem(
                .fortranOrder,
                in: file,
                found: "the array is stored column by column (fortran_order)",
                cure: "save numpy.ascontiguousarray(array) instead",
            )
        }
        guard order.hasPrefix("True") || order.hasPrefix("False"),
            let header = ArrayHeader(element: element, shape: shape)
        else {
            throw malformed(file, "the header \(DataFinding.printable(text))")
        }
        return header
    }

    /// What follows `'key':` in the header, which is a Python dictionary in text form.
    private static func value(of key: String, in text: String) -> Substring? {
        for mark in ["'", "\""] {
            let quoted = Array("\(mark)\(key)\(mark)".utf8)
            let utf8 = text.utf8
            var start = utf8.startIndex
            while let found = utf8[start...].firstIndex(of: quoted[0]) {
                if utf8[found...].starts(with: quoted) {
                    let rest = text[found...].dropFirst(quoted.count)
                    let afterColon = rest.drop(while: { $0 == " " || $0 == ":" })
                    return afterColon
                }
                start = utf8.index(after: found)
            }
        }
        return nil
    }

    private static func elementType(
        _ descriptor: Substring,
        file: DataFileRole,
    ) throws(DataProblem) -> ElementType {
        let kinds: [String: ElementType.Kind] = [
            "f4": .float32, "f8": .float64, "u1": .unsigned8, "i1": .signed8, "b1": .unsigned8,
            "u2": .unsigned16, "i2": .signed16, "u4": .unsigned32, "i4": .signed32,
            "u8": .unsigned64, "i8": .signed64,
        ]
        let mark = descriptor.first
        let code = descriptor.dropFirst().prefix(while: { $0 != mark })
        guard mark == "'" || mark == "\"", let order = code.first,
            let kind = kinds[String(code.dropFirst())], order == "<" || order == "|" || order == ">"
        else {
            throw DataProblem(
                .unsupportedType,
                in: file,
                found: "values of type \(DataFinding.printable(String(descriptor.prefix(20))))",
                cure: "save array.astype('float32'), or an integer type for labels",
            )
        }
        return ElementType(kind: kind, isBigEndian: order == ">")
    }
}
