import Foundation
import Testing

@testable import JobSpecification

/// Every `Inputs/*.invalid.yaml` has the diagnostics it must give beside it.
///
/// `UPDATE_GOLDEN=1` rewrites them; read the difference before you keep it. A file whose name
/// begins with `cluster` is read as a cluster file; a first line `# --set …` gives one override.
@Suite("Diagnostics of invalid files")
struct GoldenDiagnosticTests {
    @Test func everyInvalidInputGivesItsDiagnostics() throws {
        let folder = "Tests/JobSpecificationTests/Inputs"
        let inputs = try Samples.files(in: folder).filter {
            $0.lastPathComponent.hasSuffix(".invalid.yaml")
        }
        #expect(inputs.count >= 15)
        let isUpdating = ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1"
        for input in inputs {
            let text = try String(contentsOf: input, encoding: .utf8)
            let shown = try diagnostics(of: text, name: input.lastPathComponent)
            #expect(!shown.isEmpty, "\(input.lastPathComponent) is accepted")
            let golden = input.deletingPathExtension().appendingPathExtension("expected")
            if isUpdating {
                try Data((shown + "\n").utf8).write(to: golden)
            } else {
                let expected = try String(contentsOf: golden, encoding: .utf8)
                #expect(shown + "\n" == expected, "\(input.lastPathComponent)")
            }
        }
    }

    private func diagnostics(of text: String, name: String) throws -> String {
        let found: [Diagnostic]
        if name.hasPrefix("cluster") {
            switch ClusterConfiguration.read(text, file: name) {
            case .configuration: found = []
            case .refused(let diagnostics): found = diagnostics
            }
        } else {
            let first = text.split(separator: "\n").first ?? ""
            let overrides =
                first.hasPrefix("# --set ")
                ? [try Override(parsing: String(first.dropFirst(8)))] : []
            let reading = SpecificationReader.read(text, file: name, overrides: overrides)
            #expect(reading.jobs.isEmpty)
            found = reading.diagnostics
        }
        #expect(found.map(\.line) == found.map(\.line).sorted() || name.contains("set"))
        return found.map { $0.rendered() }.joined(separator: "\n")
    }
}
