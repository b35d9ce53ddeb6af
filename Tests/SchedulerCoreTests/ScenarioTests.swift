import Foundation
import Testing

/// Runs every story of `Scenarios/`: commands, a line of dashes, and everything that followed.
///
/// `UPDATE_GOLDEN=1 swift test` rewrites the outputs; read the difference before committing it.
struct ScenarioTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Scenarios")

    static var names: [String] {
        let files = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        return (files ?? []).filter { $0.hasSuffix(".txt") }.sorted()
    }

    @Test func thereAreScenarios() {
        #expect(ScenarioTests.names.count >= 20)
    }

    @Test(arguments: names)
    func storyGoesAsWritten(_ name: String) throws {
        let file = ScenarioTests.folder.appending(path: name)
        let expected = try String(contentsOf: file, encoding: .utf8)
        var world = ScenarioWorld()
        let actual = ScenarioTests.replay(expected, in: &world)
        #expect(world.broken.isEmpty, "\(name): \(world.broken.joined(separator: "\n"))")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try actual.write(to: file, atomically: true, encoding: .utf8)
        } else {
            #expect(
                actual == expected,
                "\(name) went another way; UPDATE_GOLDEN=1 rewrites it, then read the difference")
        }
    }

    /// The text with every output replaced by what happens now.
    ///
    /// Blocks are separated by an empty line and hold one or more commands before the dashes;
    /// lines that begin with `#` are comments.
    static func replay(_ text: String, in world: inout ScenarioWorld) -> String {
        let blocks = text.split(separator: "\n\n", omittingEmptySubsequences: true).map { block in
            var lines: [String] = []
            var printed: [String] = []
            for line in block.split(separator: "\n").map(String.init) {
                if line == "----" { break }
                lines.append(line)
                if !line.hasPrefix("#") { printed += world.run(line) }
            }
            guard lines.contains(where: { !$0.hasPrefix("#") }) else {
                return lines.joined(separator: "\n")
            }
            lines += ["----"] + (printed.isEmpty ? ["nothing"] : printed)
            return lines.joined(separator: "\n")
        }
        return blocks.joined(separator: "\n\n") + "\n"
    }
}
