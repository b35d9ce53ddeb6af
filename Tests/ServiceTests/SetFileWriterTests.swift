import Datasets
import Foundation
import Testing

@testable import WorkerService

/// The file written row by row is the one that is written from memory.
struct SetFileWriterTests {
    @Test(arguments: [
        ("age,job,w,class\n1,clerk,2,y\n,smith,0.5,x\n3,clerk,1,y\n", true),
        ("+1 1:2 3:4\n-1 2:1\n+1\n", false),
    ])
    func makesTheSameBytes(text: String, isTable: Bool) throws {
        var options = TableOptions(label: .name("class"))
        options.weight = .name("w")
        let format: DataFormat = isTable ? .table(options) : .libsvm(SparseOptions())
        let folder = "\(NSTemporaryDirectory())mlctl-writer-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = "\(folder)/a.set"
        let (set, count) = try Array(text.utf8).withUnsafeBytes { bytes in
            let writer = SetFileWriter(path: path)
            let files = DataFiles(train: bytes)
            let summary = try SetBuilder.convert(files: files, format: format, into: writer)
            let count = try writer.finish(summary)
            return (try SetBuilder.build(files: files, format: format), count)
        }
        let written = [UInt8](try Data(contentsOf: URL(filePath: path)))
        #expect(written == SetFile.encode(set))
        #expect(written.count == count)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.set"])
    }
}
