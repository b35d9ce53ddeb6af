import Datasets
import Testing

struct SetFileTests {
    private func sample() throws -> ParsedSet {
        try DatasetFixtures.build(
            "a,b,class\n1,2,x\n3,4,\u{E4}\n5,6,x\n",
            test: "a,b,class\n7,8,x\n",
        )
    }

    /// Opens a copy at an aligned address and hands the view over.
    private func open<Value>(
        _ bytes: [UInt8],
        _ body: (SetView) -> Value,
    ) throws(DataProblem) -> Value {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 64)
        defer { copy.deallocate() }
        copy.copyBytes(from: bytes)
        return body(try SetView(UnsafeRawBufferPointer(copy)))
    }

    private func kind(_ bytes: [UInt8]) -> DataProblemKind? {
        do throws(DataProblem) {
            try open(bytes) { _ in }
            return nil
        } catch {
            return error.kind
        }
    }

    @Test func comesBackAsItWasWritten() throws {
        let set = try sample()
        let bytes = SetFile.encode(set)
        #expect(bytes.count == SetFile.encodedByteCount(set))
        #expect(bytes == SetFile.encode(set))
        try open(bytes) { view in
            #expect(view.rows == 4)
            #expect(view.testRows == 1)
            #expect(view.featureNames == ["a", "b"])
            #expect(view.classNames == ["x", "\u{E4}"])
            #expect(Array(view.features) == set.features)
            #expect(Array(view.labels) == set.labels)
            #expect(Int(bitPattern: view.features.baseAddress) % 64 == 0)
            #expect(Int(bitPattern: view.labels.baseAddress) % 64 == 0)
        }
    }

    @Test func hasOneFixedByteForm() throws {
        // FNV-1a over the file: changes when the format does, which needs a new version.
        let hash = SetFile.encode(try sample()).reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01B3
        }
        #expect(hash == 5_709_539_788_458_069_008)
    }

    @Test func streamsInBoundedPieces() throws {
        let rows = 300_000
        let set = ParsedSet(
            rows: rows,
            testRows: 0,
            featureNames: ["a", "b"],
            classNames: ["0", "1"],
            features: [Float](repeating: 0.5, count: 2 * rows),
            labels: [Int32](repeating: 1, count: rows),
        )
        var largest = 0
        var total = 0
        SetFile.encode(set) { (chunk: UnsafeRawBufferPointer) in
            largest = max(largest, chunk.count)
            total += chunk.count
        }
        #expect(largest == SetFile.chunkBytes)
        #expect(total == SetFile.encodedByteCount(set))
    }

    @Test func passesOnWhatTheSinkThrows() throws {
        struct Full: Error {}
        let set = try sample()
        #expect(throws: Full.self) {
            try SetFile.encode(set) { (_: UnsafeRawBufferPointer) throws(Full) in throw Full() }
        }
    }

    @Test func refusesWhatIsNotASet() throws {
        let bytes = SetFile.encode(try sample())
        #expect(kind([]) == .wrongMagic)
        #expect(kind(Array(bytes.prefix(255))) == .wrongMagic)
        for length in 256..<bytes.count {
            #expect(kind(Array(bytes.prefix(length))) == .damagedSet)
        }
        #expect(kind(bytes + [0]) == .damagedSet)
        var newer = bytes
        newer[8] = 4
        #expect(kind(newer) == .wrongVersion)
        for offset in 16..<200 {
            for value: UInt8 in [0xFF, 0x7F, 0x01] where bytes[offset] != value {
                var hostile = bytes
                hostile[offset] = value
                // A smaller number of test rows is as good as any other.
                if offset / 8 != 3 || kind(hostile) != nil {
                    #expect(kind(hostile) == .damagedSet, "offset \(offset), value \(value)")
                }
            }
        }
    }

    @Test func everyFlippedBitOfTheContentIsFound() throws {
        let set = try sample()
        var bytes = SetFile.encode(set)
        func verify() throws {
            // Mapped files are aligned; an array need not be.
            let aligned = UnsafeMutableRawBufferPointer.allocate(
                byteCount: bytes.count, alignment: SetFile.alignment)
            defer { aligned.deallocate() }
            aligned.copyBytes(from: bytes)
            try SetView.verify(UnsafeRawBufferPointer(aligned))
        }
        try verify()
        let features = SetFile.headerBytes..<SetFile.headerBytes + set.features.count * 4
        for offset in Array(features) + [SetFile.digestOffset, SetFile.digestOffset + 15] {
            bytes[offset] ^= 0x10
            #expect(throws: DataProblem.self, "offset \(offset)") { try verify() }
            bytes[offset] ^= 0x10
        }
    }

    @Test func refusesLabelsOutOfRange() throws {
        var bytes = SetFile.encode(try sample())
        let labelsOffset = 256 + 64
        #expect(bytes[labelsOffset] == 0)
        bytes[labelsOffset] = 2
        #expect(kind(bytes) == .damagedSet)
        bytes[labelsOffset] = 0
        bytes[labelsOffset + 3] = 0x80
        #expect(kind(bytes) == .damagedSet)
    }
}
