import Foundation
import Yams

/// The client's configuration file: named schedulers and which of them is meant.
///
/// ```yaml
/// current-context: lab
/// contexts:
///   - {name: lab, server: "https://lab:7070", tokenFile: ~/lab.token,
///      certificateFile: ~/lab.crt}
/// ```
package struct ContextFile: Sendable, Equatable {
    /// One named scheduler.
    package struct Context: Sendable, Equatable {
        /// Its name.
        package var name: String
        /// Where it serves.
        package var server: String
        /// The file with the bearer token; `~/` means the home folder.
        package var tokenFile: String?
        /// The file of the certificate it has to show, PEM; `~/` means the home folder.
        package var certificateFile: String?

        /// Names a scheduler.
        package init(
            name: String, server: String, tokenFile: String?, certificateFile: String? = nil
        ) {
            self.name = name
            self.server = server
            self.tokenFile = tokenFile
            self.certificateFile = certificateFile
        }
    }

    /// The name of the context that is meant when nothing else says so.
    package var current: String?
    /// All contexts, in their order.
    package var contexts: [Context]

    /// The longest file read, in bytes.
    package static let longestText = 1 << 20

    /// Makes a configuration.
    package init(current: String? = nil, contexts: [Context] = []) {
        self.current = current
        self.contexts = contexts
    }

    /// The context of the given name.
    package subscript(name: String) -> Context? {
        contexts.first { $0.name == name }
    }

    /// `$XDG_CONFIG_HOME/mlctl`, by default in `~/.config`.
    package static func folder(in environment: [String: String]) -> String {
        if let base = environment["XDG_CONFIG_HOME"], base.hasPrefix("/") {
            return "\(base)/mlctl"
        }
        return "\(StateFolder.home(in: environment))/.config/mlctl"
    }

    /// `config.yaml` in ``folder(in:)``.
    package static func path(in environment: [String: String]) -> String {
        "\(folder(in: environment))/config.yaml"
    }

    /// Reads the file; an absent one is an empty configuration.
    package static func load(_ path: String) throws(ClientFailure) -> ContextFile {
        guard FileManager.default.fileExists(atPath: path) else { return ContextFile() }
        let text = try LocalFile.text(path, atMost: longestText)
        return try read(text, path: path)
    }

    /// Reads the text of a file; `path` is for messages.
    package static func read(_ text: String, path: String) throws(ClientFailure) -> ContextFile {
        let root: Node?
        do {
            root = try compose(yaml: text)
        } catch {
            throw ClientFailure(.wrongUsage, "\(path): \(error)")
        }
        guard let root, root != Node("", .implicit) else { return ContextFile() }
        var file = ContextFile()
        let fields = try mapping(
            root, ["current-context", "contexts", "apiVersion", "kind"], path: path)
        for (key, value) in fields {
            switch key {
            case "current-context": file.current = try scalar(value, key, path: path)
            case "contexts":
                guard let list = value.sequence else {
                    throw failure(value, path, "contexts: expected a list")
                }
                for entry in list { file.contexts.append(try context(entry, path: path)) }
            default: break
            }
        }
        return file
    }

    private static func context(_ node: Node, path: String) throws(ClientFailure) -> Context {
        var context = Context(name: "", server: "", tokenFile: nil)
        let known = ["name", "server", "tokenFile", "certificateFile"]
        for (key, value) in try mapping(node, known, path: path) {
            let text = try scalar(value, key, path: path)
            switch key {
            case "name": context.name = text
            case "server": context.server = text
            case "tokenFile": context.tokenFile = text
            default: context.certificateFile = text
            }
        }
        guard !context.name.isEmpty, !context.server.isEmpty else {
            throw failure(node, path, "a context needs name and server")
        }
        guard ServerAddress(context.server) != nil else {
            throw failure(node, path, "\(context.server.prefix(80)) is no http://host:port")
        }
        return context
    }

    private static func mapping(
        _ node: Node, _ known: [String], path: String
    ) throws(ClientFailure) -> [(String, Node)] {
        guard let mapping = node.mapping else { throw failure(node, path, "expected a map") }
        var fields: [(String, Node)] = []
        for (key, value) in mapping {
            let name = key.string ?? ""
            guard known.contains(name) else {
                let list = known.joined(separator: ", ")
                throw failure(key, path, "unknown field \(name.prefix(40)); there are \(list)")
            }
            fields.append((name, value))
        }
        return fields
    }

    private static func scalar(
        _ node: Node, _ key: String, path: String
    ) throws(ClientFailure) -> String {
        guard let text = node.scalar?.string else {
            throw failure(node, path, "\(key): expected a text")
        }
        return text
    }

    private static func failure(_ node: Node, _ path: String, _ message: String) -> ClientFailure {
        let place = node.mark.map { "\(path):\($0.line):\($0.column)" } ?? path
        return ClientFailure(.wrongUsage, "\(place)  \(message)")
    }

    /// The text of the file.
    package var text: String {
        func quoted(_ text: String) -> String {
            "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        }
        var lines: [String] = []
        if let current { lines.append("current-context: \(quoted(current))") }
        lines.append(contexts.isEmpty ? "contexts: []" : "contexts:")
        for context in contexts {
            lines.append("  - name: \(quoted(context.name))")
            lines.append("    server: \(quoted(context.server))")
            if let tokenFile = context.tokenFile {
                lines.append("    tokenFile: \(quoted(tokenFile))")
            }
            if let certificateFile = context.certificateFile {
                lines.append("    certificateFile: \(quoted(certificateFile))")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Writes the file, its folder too, readable by its owner alone.
    package func save(_ path: String) throws(ClientFailure) {
        let folder = (path as NSString).deletingLastPathComponent
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw ClientFailure(.workFailed, "\(path) cannot be written: \(error)")
        }
    }
}
