/// What documents name exists: files, headings, make targets, example jobs.
enum MarkdownCheck {
    /// Relative links and anchors of a document; `exists` answers for a path of the repository,
    /// `markdown` gives the text of another document.
    static func deadLinks(
        _ path: String, _ text: String, exists: (String) -> Bool, markdown: (String) -> String?
    ) -> [Finding] {
        var findings: [Finding] = []
        for (line, target) in links(text) {
            if target.contains("://") || target.hasPrefix("mailto:") { continue }
            let parts = target.split(
                separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            let file = parts[0].isEmpty ? path : resolve(String(parts[0]), from: path)
            guard exists(file) else {
                findings.append(
                    Finding(path, line, "link to \(target): there is no \(file); correct it"))
                continue
            }
            guard parts.count == 2 else { continue }
            let document = parts[0].isEmpty ? text : markdown(file) ?? ""
            if !anchors(document).contains(String(parts[1])) {
                findings.append(
                    Finding(
                        path, line,
                        "link to \(target): no heading gives the anchor #\(parts[1]); correct it"))
            }
        }
        return findings
    }

    /// The targets of inline links outside code, with their lines.
    static func links(_ text: String) -> [(line: Int, target: String)] {
        var found: [(line: Int, target: String)] = []
        for (index, line, isCode) in linesWithCode(text) where !isCode {
            // Code spans are no links.
            let prose = line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                .filter { $0.offset % 2 == 0 }.map(\.element).joined(separator: "``")
            for piece in prose.split(separator: "](", omittingEmptySubsequences: false).dropFirst()
            {
                guard let end = piece.firstIndex(of: ")") else { continue }
                let target = piece[..<end].prefix { $0 != " " }
                found.append((index, target.filter { $0 != "<" && $0 != ">" }))
            }
        }
        return found
    }

    /// The anchors of a document's headings, as GitHub makes them.
    static func anchors(_ text: String) -> Set<String> {
        var found: Set<String> = []
        for (_, line, isCode) in linesWithCode(text) where !isCode && line.hasPrefix("#") {
            let title = line.drop { $0 == "#" }
            let slug = String(title).trimmed.lowercased().compactMap { character -> Character? in
                if character == " " { return "-" }
                return character.isLetter || character.isNumber || character == "-"
                    || character == "_" ? character : nil
            }
            var name = String(slug)
            var number = 1
            while !found.insert(name).inserted {
                name = "\(String(slug))-\(number)"
                number += 1
            }
        }
        return found
    }

    /// `make X` in code where the Makefile has no X.
    static func unknownMakeTargets(
        _ path: String, _ text: String, known: Set<String>
    ) -> [Finding] {
        commands(text).compactMap { line, command in
            let words = command.split(separator: " ")
            guard let place = words.firstIndex(of: "make"),
                words[..<place].allSatisfy({ $0 == "$" || $0.contains("=") }),
                let target = words[(place + 1)...].first(where: { !$0.contains("=") }),
                target.first?.isLetter ?? false, !known.contains(String(target))
            else { return nil }
            return Finding(
                path, line, "make \(target): the Makefile has no such target; correct either")
        }
    }

    /// The targets of a Makefile.
    static func makeTargets(_ makefile: String) -> Set<String> {
        var found: Set<String> = []
        for line in makefile.split(separator: "\n") {
            let name = line.prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
            let rest = line.dropFirst(name.count)
            if !name.isEmpty, rest.hasPrefix(":"), !rest.hasPrefix(":=") {
                found.insert(String(name))
            }
        }
        return found
    }

    /// `jobs/NN-name.yaml` named anywhere in a text, without such a file.
    static func missingJobFiles(
        _ path: String, _ text: String, exists: (String) -> Bool
    ) -> [Finding] {
        var findings: [Finding] = []
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            for piece in line.split(separator: "jobs/", omittingEmptySubsequences: false)
                .dropFirst()
            {
                let name = piece.prefix {
                    $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == "."
                }
                guard name.first?.isNumber ?? false, name.hasSuffix(".yaml"),
                    !exists("jobs/\(name)")
                else { continue }
                findings.append(
                    Finding(path, index + 1, "jobs/\(name) does not exist; correct the name"))
            }
        }
        return findings
    }

    /// Code spans and the lines of fenced blocks.
    private static func commands(_ text: String) -> [(Int, Substring)] {
        linesWithCode(text).flatMap { index, line, isCode -> [(Int, Substring)] in
            if isCode { return [(index, line)] }
            let spans = line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            return spans.filter { $0.offset % 2 == 1 }.map { (index, $0.element) }
        }
    }

    private static func linesWithCode(_ text: String) -> [(Int, Substring, Bool)] {
        var isFenced = false
        var result: [(Int, Substring, Bool)] = []
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            if String(line).trimmed.hasPrefix("```") {
                isFenced.toggle()
                continue
            }
            result.append((index + 1, line, isFenced))
        }
        return result
    }

    /// The path in the repository that a relative link of a document means.
    static func resolve(_ target: String, from document: String) -> String {
        var parts = document.split(separator: "/").dropLast().map(String.init)
        for part in target.split(separator: "/") {
            if part == ".." {
                _ = parts.popLast()
            } else if part != "." {
                parts.append(String(part))
            }
        }
        return parts.joined(separator: "/")
    }
}
