/// Files, functions and lines stay short enough to be read at once.
enum SizeCheck {
    /// The most lines of a source file.
    static let mostSourceLines = 500
    /// The most lines of a test file.
    static let mostTestLines = 700
    /// The length in lines a function stays below.
    static let functionBound = 70
    /// The longest line, in characters.
    static let longestLine = 100

    /// The broken rules of one file.
    static func check(_ file: SwiftText) -> [Finding] {
        var findings: [Finding] = []
        let bound = file.path.hasPrefix("Tests/") ? mostTestLines : mostSourceLines
        let count = file.lines.last == "" ? file.lines.count - 1 : file.lines.count
        if count > bound {
            findings.append(
                Finding(
                    file.path, 0,
                    "\(count) lines, at most \(bound): move one concern to Type+Concern.swift"))
        }
        for (index, line) in file.lines.enumerated() where line.utf8.count > longestLine {
            guard line.count > longestLine else { continue }
            findings.append(
                Finding(
                    file.path, index + 1,
                    "\(line.count) characters, at most \(longestLine): run make format, break "
                        + "strings and comments by hand"))
        }
        for (line, length, name) in functions(of: file) where length >= functionBound {
            findings.append(
                Finding(
                    file.path, line,
                    "\(name) has \(length) lines, below \(functionBound) is wanted: name its parts "
                        + "as functions of their own"))
        }
        return findings
    }

    /// Every function and initialiser with its first line, its length in lines, and its name.
    static func functions(of file: SwiftText) -> [(line: Int, length: Int, name: String)] {
        var found: [(line: Int, length: Int, name: String)] = []
        for (index, line) in file.codeLines.enumerated() {
            guard let name = declaredFunction(line) else { continue }
            guard let end = lastLine(of: file, from: index) else { continue }
            found.append((index + 1, end - index + 1, name))
        }
        return found
    }

    private static let modifiers: Set<String> = [
        "package", "private", "fileprivate", "internal", "static", "final", "override", "mutating",
        "nonmutating", "borrowing", "consuming", "convenience", "required", "nonisolated",
        "discardableResult", "inline", "__always", "Test", "Suite", "concurrent", "class",
    ]

    private static func declaredFunction(_ line: String) -> String? {
        guard line.contains("func ") || line.contains("init") else { return nil }
        let words = line.words
        guard let place = words.firstIndex(where: { $0 == "func" || $0 == "init" }),
            words[..<place].allSatisfy({ modifiers.contains(String($0)) })
        else { return nil }
        if words[place] == "func" {
            return place + 1 < words.count ? String(words[place + 1]) : "an operator"
        }
        let start = line.trimmed
        if place == words.startIndex {
            return start.hasPrefix("init") && !start.hasPrefix("init =") ? "init" : nil
        }
        return start.contains(".init") ? nil : "init"
    }

    /// The line with the brace that closes the body; nothing for a function without body.
    private static func lastLine(of file: SwiftText, from start: Int) -> Int? {
        var parentheses = 0
        var braces = 0
        for index in start..<file.codeLines.count {
            let line = file.codeLines[index]
            if braces == 0, parentheses == 0, index > start, startsDeclaration(line) { return nil }
            for character in line.utf8 {
                switch character {
                case UInt8(ascii: "("): parentheses += 1
                case UInt8(ascii: ")"): parentheses -= 1
                case UInt8(ascii: "{") where parentheses == 0 || braces > 0: braces += 1
                case UInt8(ascii: "}") where parentheses == 0 || braces > 0:
                    braces -= 1
                    if braces == 0 { return index }
                    if braces < 0 { return nil }
                default: break
                }
            }
        }
        return nil
    }

    private static func startsDeclaration(_ line: String) -> Bool {
        let openers: Set<Substring> = [
            "func", "init", "var", "let", "case", "struct", "class", "enum", "package", "private",
            "static", "mutating", "associatedtype",
        ]
        return line.words.first.map { openers.contains($0) } ?? (line.trimmed == "}")
    }
}
