/// Declarations other targets see are documented; escapes from the compiler's checks are few.
enum DeclarationCheck {
    /// The files that may switch a check of the compiler off, and how often each does.
    static let allowedEscapes: [String: Int] = [
        "Sources/Artifacts/HostFile.swift": 1,
        "Sources/Artifacts/MappedFile.swift": 1,
        "Sources/Messaging/MessagingContext.swift": 1,
        "Sources/Messaging/MessagingLoop.swift": 1,
        "Sources/Messaging/SendBuffer.swift": 1,
        "Sources/Messaging/WaitSignal.swift": 1,
        "Sources/SchedulerService/ArtifactServer.swift": 1,
        "Sources/TrainerProcess/CheckpointWriter.swift": 1,
        "Sources/TrainerProcess/LanePool.swift": 2,
        "Sources/Training/RowExpansion.swift": 1,
        "Sources/Training/TrainingData.swift": 1,
        "Tests/LedgerTests/LossyFileSystem.swift": 2,
        "Tests/TrainerProcessTests/ExchangeBench.swift": 1,
    ]
    private static let escapes = [
        "@unchecked Sendable", "nonisolated(unsafe)", "@preconcurrency", "unsafeBitCast(",
    ]
    /// Casts of C function pointers that `dlsym` gave; the signature stands beside each.
    static let allowedCasts: Set<String> = [
        "Sources/Artifacts/LinuxCalls.swift", "Tests/EndToEndTests/PacketCapture.swift",
        "Sources/Search/RealFunctions+Vectors.swift",
    ]
    /// Words that show a comment says why the escape is sound.
    private static let reasons = [
        "thread", "unchecked", "read-only", "nobody", "nothing is written", "alone",
    ]

    /// Every `package` declaration has a doc comment.
    static func undocumented(_ file: SwiftText) -> [Finding] {
        guard file.path.hasPrefix("Sources/") else { return [] }
        return file.codeLines.indices.compactMap { index in
            guard isPackageDeclaration(file.codeLines[index]) else { return nil }
            if commentAbove(index, in: file).contains(where: { $0.hasPrefix("///") }) { return nil }
            return Finding(
                file.path, index + 1,
                "a package declaration without /// comment: say in one sentence what it is, then "
                    + "shapes, units, order and errors where they apply")
        }
    }

    private static func isPackageDeclaration(_ line: String) -> Bool {
        guard line.contains("package ") else { return false }
        let words = line.words
        let before: Set<Substring> = [
            "nonisolated", "unsafe", "static", "final", "private", "set", "discardableResult",
            "inline", "__always", "inlinable", "frozen", "override", "consuming", "unchecked",
        ]
        guard let place = words.firstIndex(of: "package"), place + 1 < words.count,
            words[..<place].allSatisfy({ before.contains($0) })
        else { return false }
        // `package` as a label or value, as in manifests, is followed by no keyword.
        let keywords: Set<Substring> = [
            "struct", "class", "enum", "protocol", "actor", "func", "var", "let", "init", "static",
            "final", "mutating", "convenience", "typealias", "subscript", "indirect", "private",
            "override", "nonisolated", "borrowing", "consuming", "required", "macro", "weak",
            "lazy", "nonmutating",
        ]
        return keywords.contains(words[place + 1])
    }

    /// The comment lines directly above a declaration, attributes in between left out.
    private static func commentAbove(_ index: Int, in file: SwiftText) -> [Substring] {
        var comment: [Substring] = []
        var place = index - 1
        while place >= 0 {
            let line = file.lines[place].trimmed
            if line.hasPrefix("//") {
                comment.append(line)
            } else if !line.hasPrefix("@") && !line.hasPrefix("#if") {
                break
            }
            place -= 1
        }
        return comment
    }

    /// Escapes outside the list, beyond its number, gone from it, or without a reason.
    static func escapes(_ files: [SwiftText], allowed: [String: Int]) -> [Finding] {
        var findings: [Finding] = []
        var seen: [String: Int] = [:]
        for file in files {
            for (index, line) in file.codeLines.enumerated() {
                guard let escape = escapes.first(where: { line.contains($0) }) else { continue }
                if escape == "unsafeBitCast(", allowedCasts.contains(file.path) { continue }
                seen[file.path, default: 0] += 1
                if seen[file.path, default: 0] > allowed[file.path, default: 0] {
                    findings.append(
                        Finding(
                            file.path, index + 1,
                            "\(escape) outside the list of RepositoryTests: use a Mutex or an "
                                + "Atomic, or list it with its reason"))
                } else if !hasReason(index, in: file) {
                    findings.append(
                        Finding(
                            file.path, index + 1,
                            "\(escape) without a comment above that names the owning thread or "
                                + "why it is sound"))
                }
            }
        }
        for path in allowed.keys.sorted() where seen[path, default: 0] < allowed[path, default: 0] {
            findings.append(
                Finding(path, 0, "fewer escapes than listed; lower the number in RepositoryTests"))
        }
        return findings
    }

    private static func hasReason(_ index: Int, in file: SwiftText) -> Bool {
        // Neighbouring declarations may share a comment.
        var place = index
        while place > 0, commentAbove(place, in: file).isEmpty,
            escapes.contains(where: { file.codeLines[place - 1].contains($0) })
        {
            place -= 1
        }
        let comment = commentAbove(place, in: file).joined(separator: " ").lowercased()
        return reasons.contains { comment.contains($0) }
    }

    /// Nothing is public: other packages see nothing.
    static func publicWords(_ file: SwiftText) -> [Finding] {
        file.codeLines.enumerated().compactMap { index, line in
            guard line.contains("public ") || line.contains("open ") else { return nil }
            guard let first = line.words.first(where: { $0 != "import" }),
                first == "public" || first == "open"
            else { return nil }
            return Finding(
                file.path, index + 1, "\(first) has no use in one package; write package")
        }
    }
}
