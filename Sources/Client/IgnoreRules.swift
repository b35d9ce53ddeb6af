import Glibc

/// Rules that leave files out of a packed folder, in the language of `.gitignore`: `*`, `?`, `**`,
/// a `/` in front or within to anchor, one behind for folders only, `!` to take back, `#` comments.
struct IgnoreRules: Sendable {
    private struct Rule: Sendable {
        let parts: [[UInt8]]
        let isNegated: Bool
        let needsFolder: Bool
    }

    /// The most bytes of a file of rules.
    private static let largestFile = 1 << 20

    private var rules: [Rule] = []

    /// Rules from text.
    init(_ text: String) {
        for line in text.split(separator: "\n", omittingEmptySubsequences: true) {
            var rest = Substring(line)
            while let last = rest.last, last == " " || last == "\r" || last == "\t" {
                rest = rest.dropLast()
            }
            if rest.isEmpty || rest.hasPrefix("#") { continue }
            let isNegated = rest.hasPrefix("!")
            if isNegated { rest = rest.dropFirst() }
            let needsFolder = rest.hasSuffix("/")
            while rest.hasSuffix("/") { rest = rest.dropLast() }
            let isAnchored = rest.contains("/")
            var parts = rest.split(separator: "/").map { Array($0.utf8) }
            guard !parts.isEmpty else { continue }
            if !isAnchored { parts.insert(Array("**".utf8), at: 0) }
            rules.append(Rule(parts: parts, isNegated: isNegated, needsFolder: needsFolder))
        }
    }

    /// The rules of a folder.
    static func read(in folder: String) -> IgnoreRules {
        for name in [".mlctlignore", ".gitignore"] {
            if let text = try? LocalFile.text("\(folder)/\(name)", atMost: largestFile) {
                return IgnoreRules(text)
            }
        }
        return IgnoreRules("")
    }

    /// Whether a path relative to the folder is left out.
    func ignores(_ path: String, isFolder: Bool) -> Bool {
        let parts = path.split(separator: "/").map { Array($0.utf8) }
        if parts.last == Array(".git".utf8) { return true }
        var isIgnored = false
        for rule in rules where !rule.needsFolder || isFolder {
            if IgnoreRules.matches(rule.parts[...], parts[...]) { isIgnored = !rule.isNegated }
        }
        return isIgnored
    }

    private static func matches(
        _ pattern: ArraySlice<[UInt8]>, _ path: ArraySlice<[UInt8]>
    ) -> Bool {
        guard let first = pattern.first else { return path.isEmpty }
        if first == Array("**".utf8) {
            let rest = pattern.dropFirst()
            if rest.isEmpty { return true }
            return (path.startIndex...path.endIndex).contains { matches(rest, path[$0...]) }
        }
        guard let part = path.first, matches(first[...], part[...]) else { return false }
        return matches(pattern.dropFirst(), path.dropFirst())
    }

    /// One part against a pattern with `*` and `?`, in time linear in their product.
    private static func matches(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
        var (p, t) = (pattern.startIndex, text.startIndex)
        var star: (pattern: Int, text: Int)?
        while t < text.endIndex {
            if p < pattern.endIndex, pattern[p] == UInt8(ascii: "*") {
                star = (p, t)
                p += 1
            } else if p < pattern.endIndex,
                pattern[p] == UInt8(ascii: "?") || pattern[p] == text[t]
            {
                p += 1
                t += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                p = last.pattern + 1
                t = last.text + 1
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
