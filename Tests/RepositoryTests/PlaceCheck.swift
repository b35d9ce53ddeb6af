/// Names of files and folders, and what must not leave the machine it was written on.
enum PlaceCheck {
    private static let vagueNames: Set<String> = [
        "common", "util", "utils", "utilities", "helper", "helpers", "misc", "shared",
    ]

    /// Files and folders named after nothing.
    static func vagueNames(_ path: String) -> [Finding] {
        for part in path.split(separator: "/") {
            let stem = part.split(separator: ".").first.map { $0.lowercased() } ?? ""
            let tail = stem.split(separator: "+").last.map(String.init) ?? stem
            if vagueNames.contains(stem) || vagueNames.contains(tail) {
                return [
                    Finding(
                        path, 0,
                        "\(part) says nothing of its content: name it after the type or concern")
                ]
            }
        }
        return []
    }

    /// Roots of paths that exist on one developer's machine only; put together here, so that
    /// this file does not contain them.
    static let machineRoots = ["work", "root", "home", "tmp/brief", "Users"].map { "/\($0)/" }

    /// Absolute paths of a developer's machine in a text.
    static func machinePaths(_ path: String, _ text: String) -> [Finding] {
        var findings: [Finding] = []
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where line.utf8.contains(UInt8(ascii: "/")) {
            guard let found = machineRoots.first(where: { begins(line, $0) }) else { continue }
            findings.append(
                Finding(
                    path, index + 1,
                    "\(found)… exists on one machine only: write a path relative to the "
                        + "repository"))
        }
        return findings
    }

    /// Whether the line holds an absolute path with that root, not a longer relative one.
    private static func begins(_ line: Substring, _ root: String) -> Bool {
        guard let range = line.firstRange(of: root) else { return false }
        guard range.lowerBound > line.startIndex else { return true }
        let before = line[line.index(before: range.lowerBound)]
        return !(before.isLetter || before.isNumber || "./-_~{}*$".contains(before))
    }

    /// What builds leave behind is ignored.
    static func ignored(_ gitignore: String) -> [Finding] {
        let lines = Set(gitignore.split(separator: "\n").map(String.init))
        return [".build/", "Package.resolved"].filter { !lines.contains($0) }.map {
            Finding(".gitignore", 0, "\($0) is not ignored; add the line")
        }
    }
}
