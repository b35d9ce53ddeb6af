import Datasets
import Foundation
import Testing

/// The data that ships with the project, and MNIST where it is present.
struct RealDataTests {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let mnist: URL = {
        let data = ProcessInfo.processInfo.environment["MLCTL_DATA"].map { URL(filePath: $0) }
        return (data ?? root.appending(path: "../shared/data")).appending(path: "mnist")
    }()

    static var hasMNIST: Bool {
        FileManager.default.fileExists(
            atPath: mnist.appending(path: "train-images-idx3-ubyte.gz").path)
    }

    @Test func readsTheDigitsThatShipWithTheProject() throws {
        let bytes = try Data(contentsOf: Self.root.appending(path: "jobs/data/digits.csv"))
        let set = try DatasetFixtures.build([UInt8](bytes), DatasetFixtures.classText)
        #expect(set.rows == 1_797)
        #expect(set.featureCount == 64)
        #expect(set.featureNames.first == "pixel_0_0")
        #expect(set.featureNames.last == "pixel_7_7")
        #expect(set.classNames == (0..<10).map { String($0) })
        #expect(set.features.allSatisfy { $0 >= 0 && $0 <= 16 })
        let counts = set.labels.reduce(into: [Int](repeating: 0, count: 10)) { $0[Int($1)] += 1 }
        #expect(counts == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    }

    @Test(.enabled(if: hasMNIST, "MNIST is not here; set MLCTL_DATA to the folder that has mnist/"))
    func readsMNIST() throws {
        func read(_ name: String) throws -> [UInt8] {
            [UInt8](try Data(contentsOf: Self.mnist.appending(path: name)))
        }
        let set = try DatasetFixtures.build(
            try read("train-images-idx3-ubyte.gz"),
            labels: try read("train-labels-idx1-ubyte.gz"),
            test: try read("t10k-images-idx3-ubyte.gz"),
            testLabels: try read("t10k-labels-idx1-ubyte.gz"),
            .idx,
        )
        #expect(set.rows == 70_000)
        #expect(set.testRows == 10_000)
        #expect(set.featureCount == 784)
        #expect(set.classNames == (0..<10).map { String($0) })
        #expect(set.labels[..<5] == [5, 0, 4, 1, 9])
        #expect(set.labels[60_000..<60_005] == [7, 2, 1, 0, 4])
        let total = set.features.withUnsafeBufferPointer { $0.reduce(0.0) { $0 + Double($1) } }
        let mean = total / Double(set.features.count)
        #expect(abs(mean - 0.1309) < 0.001)
    }
}
