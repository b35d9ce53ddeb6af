/// Gives every trial its own place for a path that a manifest fixes for a container: where the
/// command's words or variables name the path, a place below the working folder takes its place.
package struct PathRelocation: Sendable, Equatable {
    /// The path as the manifest has it, without a slash behind.
    package let path: String
    /// Where it is for this try.
    package private(set) var place: String
    /// What is replaced in words, and by what; empty when nothing names the path.
    private var replaced = ""
    private var replacement = ""

    /// Decides for the words and variables of a command; a relative path lies in `folder`.
    ///
    /// When nothing names the path itself, its folder is looked for, unless that is one of the
    /// system's first folders such as `/tmp`. A program that names neither knows the path by
    /// itself, and it stays where it is.
    package init(_ path: String, words: [String], variables: [String], folder: String) {
        var clean = path[...]
        while clean.count > 1, clean.hasSuffix("/") { clean = clean.dropLast() }
        self.path = String(clean)
        guard clean.hasPrefix("/") else {
            place = "\(folder)/\(clean)"
            return
        }
        place = self.path
        let texts = words + variables
        let parent = clean.lastIndex(of: "/").map { String(clean[..<$0]) } ?? ""
        for candidate in [self.path, parent] {
            let isDeep = candidate == self.path || candidate.filter { $0 == "/" }.count > 1
            guard isDeep, !candidate.isEmpty,
                texts.contains(where: { PathRelocation.holds($0, candidate) })
            else { continue }
            replaced = candidate
            replacement = "\(folder)/.collected\(candidate)"
            place = "\(folder)/.collected\(self.path)"
            return
        }
    }

    /// Whether the path has another place for this try.
    package var isMoved: Bool { !replaced.isEmpty }

    /// A text with the path replaced wherever it is named as a whole.
    package func applied(to text: String) -> String {
        guard isMoved else { return text }
        var result = ""
        var rest = text[...]
        while let found = rest.firstRange(of: replaced) {
            result += rest[..<found.lowerBound]
            let isWhole = PathRelocation.ends(rest[found.upperBound...])
            result += isWhole ? replacement : replaced
            rest = rest[found.upperBound...]
        }
        return result + rest
    }

    private static func holds(_ text: String, _ path: String) -> Bool {
        var rest = text[...]
        while let found = rest.firstRange(of: path) {
            if ends(rest[found.upperBound...]) { return true }
            rest = rest[found.upperBound...]
        }
        return false
    }

    /// Whether a path may end where this text begins.
    private static func ends(_ rest: Substring) -> Bool {
        guard let next = rest.first else { return true }
        return !(next.isLetter || next.isNumber || "-_.".contains(next))
    }
}
