/// The layer table of ARCHITECTURE.md: which targets exist and what each may import.
struct LayerTable {
    /// One row.
    struct Row {
        let target: String
        /// Targets of this package it may import.
        let imports: [String]
        /// Products of other packages it may import.
        let packages: [String]
        let line: Int
    }

    let rows: [Row]

    /// Reads the table whose head is `| target | imports | packages | … |`.
    init(markdown: String) {
        var rows: [Row] = []
        var isInside = false
        let lines = markdown.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let cells = LayerTable.cells(line)
            if cells.prefix(3) == ["target", "imports", "packages"] {
                isInside = true
            } else if cells.count < 3 {
                isInside = false
            } else if isInside, !cells[0].hasPrefix("-"), !cells[0].isEmpty {
                for name in LayerTable.names(cells[0]) {
                    rows.append(
                        Row(
                            target: name, imports: LayerTable.names(cells[1]),
                            packages: LayerTable.names(cells[2]), line: index + 1))
                }
            }
        }
        self.rows = rows
    }

    private static func cells(_ line: Substring) -> [String] {
        guard line.hasPrefix("|") else { return [] }
        return line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().map {
            String(String($0).trimmed)
        }
    }

    /// The names of a cell; a dash means none.
    private static func names(_ cell: String) -> [String] {
        cell.split(separator: ",").map { String(String($0).trimmed) }.filter {
            $0.contains { $0.isLetter }
        }.map { $0.filter { $0 != "`" } }
    }
}

/// Imports point downwards only, and table, manifest and sources say the same.
enum LayerCheck {
    /// Modules of a product that bear another name.
    static let modulesOfProduct: [String: Set<String>] = [
        "Hummingbird": ["Hummingbird", "HummingbirdCore", "HTTPTypes"],
        "NIOCore": ["NIOCore"],
    ]
    /// Modules that come with the toolchain and the system.
    static let systemModules: Set<String> = [
        "Dispatch", "Foundation", "FoundationNetworking", "Glibc", "Swift", "Synchronization",
    ]
    private static let table = "ARCHITECTURE.md"

    /// The table against the manifest, both ways, and its order.
    static func compare(_ table: LayerTable, _ manifest: PackageManifest) -> [Finding] {
        var findings: [Finding] = []
        let targets = manifest.targets.filter { $0.kind != .test }
        if targets.isEmpty { findings.append(Finding("Package.swift", 0, "no target was found")) }
        for target in targets where !table.rows.contains(where: { $0.target == target.name }) {
            findings.append(
                Finding(
                    self.table, 0,
                    "target \(target.name) is missing in the layer table; add its row"))
        }
        let names = Set(targets.map(\.name))
        var above: Set<String> = []
        for row in table.rows {
            for name in row.imports where !above.contains(name) {
                findings.append(
                    Finding(
                        self.table, row.line,
                        "\(row.target) imports \(name), which stands below it or nowhere: imports "
                            + "point to rows above; move the row or cut the import"))
            }
            above.insert(row.target)
            guard let target = targets.first(where: { $0.name == row.target }) else {
                findings.append(
                    Finding(
                        self.table, row.line,
                        "Package.swift has no target \(row.target); remove the row"))
                continue
            }
            let said = Set(row.imports + row.packages)
            for name in target.dependencies where !said.contains(name) {
                findings.append(
                    Finding(
                        "Package.swift", 0,
                        "\(row.target) depends on \(name), the layer table does not allow it; drop "
                            + "it or change the table with a reason"))
            }
            for name in said.subtracting(target.dependencies).sorted() {
                let kind = names.contains(name) ? "target" : "product"
                findings.append(
                    Finding(
                        self.table, row.line,
                        "\(row.target) may import \(kind) \(name), but Package.swift does not "
                            + "declare it; cut it from the row or declare it"))
            }
        }
        return findings
    }

    /// The imports of every file against the table, and every allowed import in use.
    static func compare(_ table: LayerTable, files: [SwiftText]) -> [Finding] {
        var findings: [Finding] = []
        let project = Set(table.rows.map(\.target))
        for row in table.rows {
            var used: Set<String> = []
            let modules = Set(row.packages.flatMap { modulesOfProduct[$0] ?? [$0] })
            for file in files
            where file.path.hasPrefix("Sources/") && file.target == row.target {
                for (line, module) in imports(of: file) where !systemModules.contains(module) {
                    used.insert(module)
                    let isAllowed =
                        project.contains(module)
                        ? row.imports.contains(module) : modules.contains(module)
                    if isAllowed { continue }
                    findings.append(
                        Finding(
                            file.path, line,
                            "\(row.target) may not import \(module) (layer table of "
                                + "ARCHITECTURE.md); move the code to a target that may, or change "
                                + "table and Package.swift with a reason"))
                }
            }
            for name in row.imports where !used.contains(name) {
                findings.append(
                    Finding(
                        self.table, row.line,
                        "no file of \(row.target) imports \(name); cut it from the table and "
                            + "from Package.swift"))
            }
        }
        return findings
    }

    /// The modules a file imports, with their lines.
    static func imports(of file: SwiftText) -> [(line: Int, module: String)] {
        file.codeLines.enumerated().compactMap { index, line in
            guard line.contains("import ") else { return nil }
            let words = line.words
            guard let place = words.firstIndex(of: "import"), place + 1 < words.count,
                words[..<place].allSatisfy({ importModifiers.contains(String($0)) })
            else { return nil }
            let kinds = ["struct", "class", "enum", "protocol", "func", "let", "var", "typealias"]
            let isKind = kinds.contains(String(words[place + 1])) && place + 2 < words.count
            return (index + 1, String(words[place + (isKind ? 2 : 1)]))
        }
    }

    private static let importModifiers: Set<String> = [
        "package", "private", "fileprivate", "internal", "public", "testable", "preconcurrency",
        "_exported", "_spi",
    ]

    /// Every target has tests, or stands on the list with a reason; no stale entry.
    static func untested(
        _ manifest: PackageManifest, testFolders: Set<String>, exempt: [String: String]
    ) -> [Finding] {
        var findings: [Finding] = []
        let tests = Set(manifest.targets.filter { $0.kind == .test }.map(\.name))
        let targets = manifest.targets.filter { $0.kind != .test && $0.kind != .systemLibrary }
        for target in targets {
            let isTested = tests.contains("\(target.name)Tests")
            if !isTested, exempt[target.name] == nil {
                findings.append(
                    Finding(
                        "Package.swift", 0,
                        "target \(target.name) has no test target \(target.name)Tests; add one, or "
                            + "name the reason in RepositoryTests"))
            }
            if isTested, exempt[target.name] != nil {
                findings.append(
                    Finding(
                        "Package.swift", 0,
                        "\(target.name) has tests now; take it off the list of exceptions"))
            }
        }
        for folder in testFolders.subtracting(tests).sorted() {
            findings.append(
                Finding(
                    "Tests/\(folder)", 0,
                    "Package.swift declares no test target \(folder): these tests never run"))
        }
        return findings
    }
}
