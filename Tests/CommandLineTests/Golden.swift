import Foundation
import Testing

/// Texts that are kept beside the tests; `MLCTL_RECORD=1` writes them anew.
enum Golden {
    static func compare(
        _ text: String, with name: String, location: SourceLocation = #_sourceLocation
    ) throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let file = folder.appendingPathComponent("Golden/\(name)")
        if ProcessInfo.processInfo.environment["MLCTL_RECORD"] == "1" {
            try Data(text.utf8).write(to: file)
        }
        let expected = try String(contentsOf: file, encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let known = expected.split(separator: "\n", omittingEmptySubsequences: false)
        let different = zip(lines, known).first { $0 != $1 }
        #expect(
            text == expected,
            "first difference: \(different.map { "\($0)" } ?? "the length")",
            sourceLocation: location)
    }
}
