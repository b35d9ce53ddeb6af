import Testing
import Training

@Suite struct SafetensorsTests {
    private let contents = Safetensors.Contents(
        tensors: [
            Safetensors.Tensor(
                name: "b \"quoted\" \\ \n é",
                shape: [2, 3],
                values: [1, 2, 3, 4, 5, -0.0]
            ),
            Safetensors.Tensor(name: "a", shape: [], values: [7]),
            Safetensors.Tensor(name: "none", shape: [0, 4], values: []),
        ],
        metadata: ["z": "1", "a": "tab\tand \u{1F600}"]
    )

    private func decode(_ bytes: [UInt8]) throws -> Safetensors.Contents {
        try bytes.withUnsafeBytes { try Safetensors.decode($0) }
    }

    private func file(_ header: String, data: Int = 0) -> [UInt8] {
        withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
            + Array(header.utf8) + [UInt8](repeating: 0, count: data)
    }

    @Test func comesBackAsItWas() throws {
        let bytes = try Safetensors.encode(contents)
        #expect(try Safetensors.encode(contents) == bytes)
        let back = try decode(bytes)
        #expect(back.metadata == contents.metadata)
        #expect(Set(back.tensors.map(\.name)) == Set(contents.tensors.map(\.name)))
        #expect(back.tensors.first { $0.name == "a" }?.values == [7])
        #expect(back.tensors.first { $0.name.hasPrefix("b") } == contents.tensors[0])
        #expect(bytes.count % 4 == 0)
    }

    @Test func theBytesAreThoseOfTheFormat() throws {
        let bytes = try Safetensors.encode(
            Safetensors.Contents(
                tensors: [Safetensors.Tensor(name: "w", shape: [2], values: [1, 2])],
                metadata: ["b": "2", "a": "1"]
            )
        )
        let header =
            "{\"__metadata__\":{\"a\":\"1\",\"b\":\"2\"},"
            + "\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}"
        let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
        #expect(bytes == file(padded) + [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40])
    }

    @Test func readsWhatOtherWritersWrite() throws {
        let header =
            " { \"x\" : {\"shape\":[1,1] , \"data_offsets\":[4,8],\"dtype\":\"F32\"},\n"
            + "\"\\u0079\\ud83d\\ude00\":{\"dtype\":\"F32\","
            + "\"shape\":[1],\"data_offsets\":[0,4]}}  "
        let back = try decode(file(header, data: 8))
        #expect(back.tensors.map(\.name) == ["y\u{1F600}", "x"])
        #expect(back.metadata.isEmpty)
    }

    @Test func everyCutOffFileIsRefused() throws {
        let bytes = try Safetensors.encode(contents)
        for count in 0..<bytes.count {
            #expect(throws: SafetensorsFault.self) { try decode(Array(bytes[..<count])) }
        }
        #expect(throws: SafetensorsFault.self) { try decode(bytes + [0]) }
    }

    @Test func damagedHeadersNeverTrap() throws {
        let bytes = try Safetensors.encode(contents)
        var refused = 0
        for position in 0..<(bytes.count - 28) {
            for value: UInt8 in [0, 0x22, 0x2C, 0x30, 0x39, 0x5B, 0x5C, 0x7D, 0xFF] {
                var damaged = bytes
                damaged[position] = value
                do { _ = try decode(damaged) } catch { refused += 1 }
            }
        }
        #expect(refused > 1000)
    }

    @Test(arguments: [
        "", "{", "[]", "{}x", "{\"a\":1}", "{\"a\":{}}", "{\"__metadata__\":{\"a\":1}}",
        "{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", "{\"__metadata__\":{},\"__metadata__\":{}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"more\":1}}",
        "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.0],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[01],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,1],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "{\"\\ud800\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "{\"\\x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
    ])
    func malformedHeadersAreRefused(header: String) {
        #expect(throws: SafetensorsFault.self) { try decode(file(header, data: 4)) }
    }

    @Test func hugeClaimsAreRefusedBeforeAnythingIsReserved() {
        #expect(throws: SafetensorsFault.headerTooLarge(.max)) {
            try decode([UInt8](repeating: 0xFF, count: 16))
        }
    }

    @Test func whatCouldNotBeReadBackIsNotWritten() {
        let wrong = Safetensors.Tensor(name: "w", shape: [3], values: [1])
        #expect(throws: SafetensorsFault.wrongLength("w")) {
            try Safetensors.encode(Safetensors.Contents(tensors: [wrong], metadata: [:]))
        }
        let right = Safetensors.Tensor(name: "w", shape: [1], values: [1])
        #expect(throws: SafetensorsFault.duplicateName("w")) {
            try Safetensors.encode(Safetensors.Contents(tensors: [right, right], metadata: [:]))
        }
        #expect(throws: SafetensorsFault.self) {
            let long = String(repeating: "x", count: 1 << 20)
            return try Safetensors.encode(
                Safetensors.Contents(tensors: [], metadata: ["k": long])
            )
        }
    }

    @Test(arguments: [ModelArchitecture.softmaxRegression, .multilayerPerceptron(hidden: [4, 3])])
    func modelsComeBackAsTheyWere(architecture: ModelArchitecture) throws {
        let layout = try ParameterLayout(
            architecture: architecture,
            featureCount: 5,
            classCount: 3
        )
        for standardization in [nil, Standardization.identity(featureCount: 5)] {
            let model = try TrainedModel(
                layout: layout,
                parameters: SampleData.uniform(2 * layout.parameterCount, lane: 1),
                standardization: standardization
            )
            let bytes = try model.encoded(metadata: ["seed": "7"])
            let back = try bytes.withUnsafeBytes { try TrainedModel.decode($0) }
            #expect(back.model == model)
            #expect(back.metadata == ["seed": "7", "mlctl.format": "1"])
        }
    }

    @Test func otherTensorsAreNotTakenForAModel() throws {
        let metadata = ["mlctl.format": "1"]
        let weight = Safetensors.Tensor(name: "layers.0.weight", shape: [2, 1], values: [1, 2])
        let bias = Safetensors.Tensor(name: "layers.0.bias", shape: [2], values: [1, 2])
        let badBias = Safetensors.Tensor(name: "layers.0.bias", shape: [1], values: [1])
        let deep = Safetensors.Tensor(name: "layers.0.weight", shape: [2], values: [1, 2])
        for tensors in [[], [weight], [bias], [bias, weight], [weight, badBias], [deep, bias]] {
            let bytes = try Safetensors.encode(
                Safetensors.Contents(tensors: tensors, metadata: metadata)
            )
            #expect(throws: SafetensorsFault.self) {
                try bytes.withUnsafeBytes { try TrainedModel.decode($0) }
            }
        }
        let bytes = try Safetensors.encode(
            Safetensors.Contents(tensors: [weight, bias], metadata: ["mlctl.format": "2"])
        )
        #expect(throws: SafetensorsFault.badMetadata(key: "mlctl.format")) {
            try bytes.withUnsafeBytes { try TrainedModel.decode($0) }
        }
    }
}
