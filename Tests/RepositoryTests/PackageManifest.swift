/// The targets of a package manifest, read as text: names, kinds and dependencies.
struct PackageManifest {
    /// What a target is.
    enum Kind {
        case systemLibrary
        case library
        case executable
        case test
    }

    /// One target.
    struct Target {
        let name: String
        let kind: Kind
        /// Targets and products it depends on, sorted.
        let dependencies: [String]
    }

    let targets: [Target]

    init(text: String) {
        let code = SwiftText(path: "Package.swift", text: text)
        // Contents of strings are wanted here: comments alone are blanked.
        let lines = zip(code.lines, code.codeLines).map { line, masked in
            line.trimmed.hasPrefix("//") ? masked : line
        }
        let joined = lines.joined(separator: "\n")
        let shared = PackageManifest.sharedDependencies(joined)
        let kinds: [(String, Kind)] = [
            (".systemLibrary(", .systemLibrary), (".target(", .library),
            (".executableTarget(", .executable), (".testTarget(", .test),
        ]
        targets = kinds.flatMap { opening, kind in
            PackageManifest.calls(opening, in: joined).compactMap { arguments in
                guard let name = PackageManifest.string(after: "name:", in: arguments) else {
                    return nil
                }
                return Target(
                    name: name, kind: kind,
                    dependencies: PackageManifest.dependencies(in: arguments, shared).sorted())
            }
        }
    }

    /// The arguments of every call that begins so.
    private static func calls(_ opening: String, in text: String) -> [String] {
        let pieces = text.split(separator: opening, omittingEmptySubsequences: false).dropFirst()
        return pieces.map { balanced($0, open: "(", close: ")") }
    }

    /// The text up to the bracket that closes one opened before it.
    private static func balanced(
        _ text: Substring, open: Character, close: Character
    ) -> String {
        var depth = 1
        var taken = ""
        for character in text {
            if character == open { depth += 1 }
            if character == close { depth -= 1 }
            if depth == 0 { break }
            taken.append(character)
        }
        return taken
    }

    private static func string(after label: String, in text: some StringProtocol) -> String? {
        let pieces = text.split(separator: label, maxSplits: 1, omittingEmptySubsequences: false)
        guard pieces.count == 2 else { return nil }
        let quoted = pieces[1].split(
            separator: "\"", maxSplits: 2, omittingEmptySubsequences: false)
        return quoted.count == 3 ? String(quoted[1]) : nil
    }

    /// What `let name = …product(…)` and lists of them at the top of the manifest stand for.
    private static func sharedDependencies(_ text: String) -> [String: [String]] {
        var found: [String: [String]] = [:]
        let pieces = "\n\(text)".split(separator: "\nlet ", omittingEmptySubsequences: false)
        for piece in pieces.dropFirst() {
            guard let equals = piece.firstIndex(of: "=") else { continue }
            let name = piece[..<equals].prefix { $0.isLetter || $0.isNumber }
            let value = piece[piece.index(after: equals)...]
            let end = value.firstRange(of: "\n\n")?.lowerBound ?? value.endIndex
            let products = value[..<end].split(
                separator: ".product(", omittingEmptySubsequences: false
            ).dropFirst().compactMap { string(after: "name:", in: $0) }
            if !products.isEmpty { found[String(name)] = products }
        }
        return found
    }

    private static func dependencies(
        in arguments: String, _ shared: [String: [String]]
    ) -> Set<String> {
        let pieces = arguments.split(
            separator: "dependencies:", maxSplits: 1, omittingEmptySubsequences: false)
        guard pieces.count == 2 else { return [] }
        let products = firstArgument(pieces[1]).split(
            separator: ".product(", omittingEmptySubsequences: false)
        var found = Set(products.dropFirst().compactMap { string(after: "name:", in: $0) })
        let rest = products.enumerated().map { index, piece in
            index == 0 ? piece : piece.drop { $0 != ")" }
        }.joined()
        for (index, piece) in rest.split(separator: "\"", omittingEmptySubsequences: false)
            .enumerated()
        {
            if index % 2 == 1 {
                found.insert(String(piece))
            } else {
                for word in String(piece).words { found.formUnion(shared[String(word)] ?? []) }
            }
        }
        return found
    }

    /// The text up to the comma that begins the next argument.
    private static func firstArgument(_ text: Substring) -> Substring {
        var depth = 0
        return text.prefix { character in
            if character == "[" || character == "(" { depth += 1 }
            if character == "]" || character == ")" { depth -= 1 }
            return character != "," || depth > 0
        }
    }
}
