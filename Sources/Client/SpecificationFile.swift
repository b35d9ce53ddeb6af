package import JobSpecification

/// A file of job specs as a person named it.
package struct SpecificationFile: Sendable {
    /// The name for diagnostics.
    package let name: String
    /// The folder that relative data paths count from; ends in a slash unless empty.
    package let folder: String
    /// Its text.
    package let text: String

    /// Takes the parts.
    package init(name: String, folder: String, text: String) {
        self.name = name
        self.folder = folder
        self.text = text
    }

    /// Reads a file, or standard input for `-`.
    package static func load(_ argument: String) throws(ClientFailure) -> SpecificationFile {
        // One byte more than the reader accepts, so that the reader says what is wrong.
        let bound = Limits.textBytes + 1
        if argument == "-" {
            let text = try LocalFile.text(0, name: "standard input", atMost: bound)
            return SpecificationFile(name: "standard input", folder: "", text: text)
        }
        let text = try LocalFile.text(argument, atMost: bound)
        return SpecificationFile(name: argument, folder: folder(of: argument), text: text)
    }

    /// The jobs, or everything that is wrong.
    package func read(overrides: [Override]) -> SpecificationReader.Reading {
        SpecificationReader.read(
            text, file: name, overrides: overrides, templates: SpecificationFile.templates(folder))
    }

    /// Reads the files that experiments name, relative to the folder of the file that names them.
    private static func templates(_ folder: String) -> TemplateFiles {
        TemplateFiles { path in
            let named = path.hasPrefix("/") ? path : folder + path
            do throws(ClientFailure) {
                return .text(
                    try LocalFile.text(named, atMost: Limits.textBytes + 1), name: named)
            } catch {
                return .problem(error.message)
            }
        }
    }

    /// The folder of a file; ends in a slash unless empty.
    static func folder(of name: String) -> String {
        name.lastIndex(of: "/").map { String(name[...$0]) } ?? ""
    }

    /// Whether it describes a cluster and not jobs.
    package var isCluster: Bool {
        text.split(separator: "\n", omittingEmptySubsequences: true).contains { line in
            guard line.hasPrefix("kind:") else { return false }
            let value = line.dropFirst("kind:".count).drop { $0 == " " || $0 == "\"" || $0 == "'" }
            return value.hasPrefix("Cluster")
        }
    }

    /// Reads `--set` texts; throws all problems at once.
    package static func overrides(_ texts: [String]) throws(ClientFailure) -> [Override] {
        var overrides: [Override] = []
        var problems: [String] = []
        for text in texts {
            do throws(Diagnostic) {
                overrides.append(try Override(parsing: text))
            } catch {
                problems.append(error.rendered())
            }
        }
        guard problems.isEmpty else {
            throw ClientFailure(.wrongUsage, problems.joined(separator: "\n"))
        }
        return overrides
    }
}
