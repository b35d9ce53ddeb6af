/// The arrays of a NumPy archive, which is a zip file of `.npy` files.
///
/// Features are the array `x`, `x_train`, `train_x`, `features`, `data`, `images` or `arr_0`,
/// labels `y`, `y_train`, `train_y`, `labels`, `target`, `targets` or `arr_1`; test rows `x_test`
/// and `y_test` (or `test_x` and `test_y`). Case does not count. An archive with one array holds
/// the label in its last column.
final class NPZArchive {
    private struct Entry {
        var name: String
        var isDeflated: Bool
        var start: Int
        var packed: Int
        var plain: Int
    }

    /// Where the arrays are.
    let sources: ArraySources
    /// Holds the archive when it had to be inflated first.
    private let inflated: UnsafeMutableRawBufferPointer?

    init(_ files: DataFiles, limits: DataLimits) throws(DataProblem) {
        for (extra, role) in [
            (files.trainLabels, DataFileRole.trainLabels), (files.testLabels, .testLabels),
        ] where extra != nil {
            throw DataProblem(
                .unexpectedFile, in: role, found: "an archive comes with a labels file",
                cure: "put the labels into the archive")
        }
        var owned: UnsafeMutableRawBufferPointer?
        var bytes = files.train
        if Inflater.isGzip(bytes) {
            let copy = try Self.inflateAll(bytes, limits)
            owned = copy
            bytes = UnsafeRawBufferPointer(copy)
        }
        inflated = owned
        do throws(DataProblem) {
            sources = try Self.sources(bytes, test: files.test, limits)
        } catch {
            owned?.deallocate()
            throw error
        }
    }

    deinit {
        inflated?.deallocate()
    }

    private static func sources(
        _ bytes: UnsafeRawBufferPointer, test: UnsafeRawBufferPointer?, _ limits: DataLimits
    ) throws(DataProblem) -> ArraySources {
        let entries = try Self.entries(bytes, file: .train)
        func find(_ names: [String]) -> Entry? {
            names.lazy.compactMap { name in
                entries.first { $0.name.lowercased() == name }
            }.first
        }
        let features =
            find(["x", "x_train", "train_x", "features", "data", "images", "arr_0"])
            ?? (entries.count == 1 ? entries.first : nil)
        guard let features else {
            let names = entries.prefix(8).map { DataFinding.printable($0.name) }
            throw DataProblem(
                .missingFile, in: .train,
                found: "the archive has no array x; it has \(names.joined(separator: ", "))",
                cure: "save it with numpy.savez(file, x=features, y=labels)")
        }
        var sources = ArraySources(
            train: try source(features, bytes, .train, limits), trainLabels: nil, test: nil,
            testLabels: nil)
        if let labels = find(["y", "y_train", "train_y", "labels", "target", "targets", "arr_1"]),
            entries.count > 1
        {
            sources.trainLabels = try source(labels, bytes, .trainLabels, limits)
        }
        if let array = find(["x_test", "test_x"]) {
            sources.test = try source(array, bytes, .test, limits)
        }
        if let labels = find(["y_test", "test_y"]) {
            sources.testLabels = try source(labels, bytes, .testLabels, limits)
        }
        guard test == nil else {
            throw DataProblem(
                .unexpectedFile, in: .test, found: "an archive comes with a test file",
                cure: "put the test rows into it as x_test and y_test")
        }
        return sources
    }

    private static func source(
        _ entry: Entry, _ bytes: UnsafeRawBufferPointer, _ role: DataFileRole,
        _ limits: DataLimits
    ) throws(DataProblem) -> ByteSource {
        let packed = UnsafeRawBufferPointer(
            rebasing: bytes[entry.start..<entry.start + entry.packed])
        guard entry.isDeflated else {
            return try ByteSource(packed, file: role, limits: limits, recognisesGzip: false)
        }
        return try ByteSource(deflated: packed, file: role, limits: limits)
    }

    // MARK: Zip

    /// Reads the directory at the end of a zip file.
    private static func entries(
        _ bytes: UnsafeRawBufferPointer, file: DataFileRole
    ) throws(DataProblem) -> [Entry] {
        let endBytes = 22
        let mostEntries = 4_096
        guard bytes.count >= endBytes, bytes[0] == 0x50, bytes[1] == 0x4B else {
            throw DataProblem(
                .wrongMagic, in: file, found: "the file does not start as a NumPy archive does",
                cure: "write it with numpy.savez, or set another format")
        }
        var end = bytes.count - endBytes
        let farthest = max(0, end - 0xFFFF)
        while end >= farthest, number(bytes, end, 4) != 0x0605_4B50 { end -= 1 }
        guard end >= farthest else { throw malformed("it has no directory", file) }
        let count = number(bytes, end + 10, 2)
        var place = number(bytes, end + 16, 4)
        guard count > 0, count <= mostEntries else { throw malformed("\(count) arrays", file) }
        var entries: [Entry] = []
        for _ in 0..<count {
            let fixedBytes = 46
            guard place >= 0, place <= bytes.count - fixedBytes,
                number(bytes, place, 4) == 0x0201_4B50
            else { throw malformed("its directory is damaged", file) }
            let (nameBytes, extraBytes) = (
                number(bytes, place + 28, 2), number(bytes, place + 30, 2)
            )
            let next = place + fixedBytes + nameBytes + extraBytes + number(bytes, place + 32, 2)
            guard next <= bytes.count else { throw malformed("its directory is cut off", file) }
            let nameStart = place + fixedBytes
            var name = String(decoding: bytes[nameStart..<nameStart + nameBytes], as: UTF8.self)
            if name.hasSuffix(".npy") { name.removeLast(4) }
            var entry = Entry(
                name: name, isDeflated: number(bytes, place + 10, 2) == 8, start: 0,
                packed: number(bytes, place + 20, 4), plain: number(bytes, place + 24, 4))
            let method = number(bytes, place + 10, 2)
            var header = number(bytes, place + 42, 4)
            readLargeSizes(
                bytes, nameStart + nameBytes, extraBytes, &entry.plain, &entry.packed, &header)
            guard method == 0 || method == 8, number(bytes, place + 8, 2) & 1 == 0 else {
                throw malformed("an array is encrypted or compressed in another way", file)
            }
            entry.start = try contentStart(bytes, header, packed: entry.packed, file)
            entries.append(entry)
            place = next
        }
        return entries
    }

    /// Sizes of 4 GiB and more stand in an extra field (zip64).
    private static func readLargeSizes(
        _ bytes: UnsafeRawBufferPointer, _ start: Int, _ count: Int, _ plain: inout Int,
        _ packed: inout Int, _ header: inout Int
    ) {
        var place = start
        while place + 4 <= start + count {
            let (tag, size) = (number(bytes, place, 2), number(bytes, place + 2, 2))
            var field = place + 4
            let end = min(field + size, start + count)
            if tag == 1 {
                func take(_ value: inout Int) {
                    guard value == 0xFFFF_FFFF, field + 8 <= end else { return }
                    value = number(bytes, field, 8)
                    field += 8
                }
                take(&plain)
                take(&packed)
                take(&header)
            }
            place += 4 + size
        }
    }

    private static func contentStart(
        _ bytes: UnsafeRawBufferPointer, _ header: Int, packed: Int, _ file: DataFileRole
    ) throws(DataProblem) -> Int {
        let fixedBytes = 30
        guard header >= 0, header <= bytes.count - fixedBytes,
            number(bytes, header, 4) == 0x0403_4B50
        else { throw malformed("an array's header is not where the directory says", file) }
        let start =
            header + fixedBytes + number(bytes, header + 26, 2)
            + number(bytes, header + 28, 2)
        guard start <= bytes.count, packed > 0, packed <= bytes.count - start else {
            throw malformed("an array reaches beyond the end of the file", file)
        }
        return start
    }

    /// A little-endian number; -1 when it does not fit.
    private static func number(
        _ bytes: UnsafeRawBufferPointer, _ offset: Int, _ count: Int
    ) -> Int {
        var value: UInt64 = 0
        for index in (0..<count).reversed() { value = value << 8 | UInt64(bytes[offset + index]) }
        return Int(exactly: value) ?? -1
    }

    private static func malformed(_ found: String, _ file: DataFileRole) -> DataProblem {
        DataProblem(
            .malformedArchive, in: file, found: "the archive cannot be read: \(found)",
            cure: "write it again with numpy.savez")
    }

    /// An archive inside gzip is inflated whole, because its directory stands at the end.
    private static func inflateAll(
        _ bytes: UnsafeRawBufferPointer, _ limits: DataLimits
    ) throws(DataProblem) -> UnsafeMutableRawBufferPointer {
        let inflater = try Inflater(
            bytes, file: .train, maximumBytes: min(limits.maximumInflatedBytes, 2 << 30))
        var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        var filled = 0
        while true {
            let free = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let gained: Int
            do throws(DataProblem) {
                gained = try inflater.read(into: free)
            } catch {
                buffer.deallocate()
                throw error
            }
            filled += gained
            if gained < free.count { break }
            let larger = UnsafeMutableRawBufferPointer.allocate(
                byteCount: buffer.count * 2, alignment: 64)
            larger.copyMemory(from: UnsafeRawBufferPointer(buffer))
            buffer.deallocate()
            buffer = larger
        }
        let exact = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(filled, 1), alignment: 64)
        exact.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<filled]))
        buffer.deallocate()
        return UnsafeMutableRawBufferPointer(rebasing: exact[..<filled])
    }
}
