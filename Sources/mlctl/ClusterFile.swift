import Foundation
import JobSpecification

/// A cluster description named on the command line.
enum ClusterFile {
    /// Reads the file; nothing without one.
    static func read(_ path: String?) throws -> ClusterConfiguration? {
        guard let path else { return nil }
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw DaemonFailure("\(path): cannot be read: \(error.localizedDescription)")
        }
        switch ClusterConfiguration.read(text, file: path) {
        case .configuration(let cluster): return cluster
        case .refused(let diagnostics):
            throw DaemonFailure(diagnostics.map { $0.rendered() }.joined(separator: "\n"))
        }
    }
}
