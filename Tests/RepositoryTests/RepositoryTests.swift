import Foundation
import JobSpecification
import Testing

/// The rules of CONTRIBUTING.md, held against the tree as it is. Every message names the remedy.
@Suite("The repository keeps its rules")
struct RepositoryTests {
    /// Targets without a test target of their own name, and where they are tested instead.
    private let testedElsewhere = [
        "COpenBLAS": "finds three functions in a library: LinearAlgebraTests calls them",
        "CSupervision": "starts processes and counts them: SupervisionTests calls it",
        "SchedulerService": "needs sockets and files: ServiceTests runs it with real workers",
        "WorkerService": "needs processes: ServiceTests runs it with a real scheduler",
        "mlctl": "wiring and exit codes: CommandLineTests runs the built program",
    ]

    private func text(_ path: String) throws -> String {
        try #require(RepositoryTree.text(of: path), "\(path) is missing")
    }

    private var paths: Set<String> { Set(RepositoryTree.paths) }

    private func exists(_ path: String) -> Bool {
        let place = RepositoryTree.root.appending(path: path)
        return FileManager.default.fileExists(atPath: place.path)
    }

    @Test func theTreeIsFound() {
        #expect(RepositoryTree.swiftFiles.count > 200)
        #expect(paths.contains("Package.swift"))
    }

    @Test func layerTableAndManifestAgree() throws {
        let table = LayerTable(markdown: try text("ARCHITECTURE.md"))
        let manifest = PackageManifest(text: try text("Package.swift"))
        expectNone(LayerCheck.compare(table, manifest))
    }

    @Test func importsStayWithinTheLayerTable() throws {
        let table = LayerTable(markdown: try text("ARCHITECTURE.md"))
        expectNone(LayerCheck.compare(table, files: RepositoryTree.swiftFiles))
    }

    @Test func everyTargetHasTests() throws {
        let manifest = PackageManifest(text: try text("Package.swift"))
        let folders = Set(
            RepositoryTree.swiftFiles.filter { $0.path.hasPrefix("Tests/") }.map(\.target))
        expectNone(
            LayerCheck.untested(manifest, testFolders: folders, exempt: testedElsewhere))
    }

    @Test func coresArePure() {
        expectNone(RepositoryTree.swiftFiles.flatMap { CoreCheck.check($0) })
    }

    @Test func filesFunctionsAndLinesAreShort() {
        expectNone(RepositoryTree.swiftFiles.flatMap { SizeCheck.check($0) })
    }

    @Test func packageDeclarationsAreDocumented() {
        expectNone(RepositoryTree.swiftFiles.flatMap { DeclarationCheck.undocumented($0) })
    }

    @Test func uncheckedCodeIsListedAndExplained() {
        let files = RepositoryTree.swiftFiles.filter { !$0.path.contains("/RepositoryTests/") }
        expectNone(
            DeclarationCheck.escapes(files, allowed: DeclarationCheck.allowedEscapes))
    }

    @Test func nothingIsPublic() {
        expectNone(RepositoryTree.swiftFiles.flatMap { DeclarationCheck.publicWords($0) })
    }

    @Test func everyJobFileIsValid() throws {
        let files = paths.filter { $0.hasPrefix("jobs/") && $0.hasSuffix(".yaml") }.sorted()
        #expect(files.count >= 5)
        for file in files {
            let reading = SpecificationReader.read(try text(file), file: file)
            #expect(reading.diagnostics.map { $0.rendered() } == [])
            #expect(!reading.documents.isEmpty || !reading.experiments.isEmpty)
        }
    }

    @Test func everyClusterFileIsValid() throws {
        let files = paths.filter { $0.hasPrefix("cluster/") && $0.hasSuffix(".yaml") }.sorted()
        #expect(files.count >= 2)
        for file in files {
            switch ClusterConfiguration.read(try text(file), file: file) {
            case .configuration: break
            case .refused(let problems):
                Issue.record("\(problems.map { $0.rendered() }.joined(separator: "\n"))")
            }
        }
    }

    @Test func linksAreAlive() {
        expectNone(
            RepositoryTree.markdownFiles.flatMap { path, text in
                MarkdownCheck.deadLinks(
                    path, text, exists: exists, markdown: { RepositoryTree.text(of: $0) })
            })
    }

    @Test func documentsNameRealCommandsAndJobs() throws {
        let targets = MarkdownCheck.makeTargets(try text("Makefile"))
        #expect(targets.contains("test"))
        expectNone(
            RepositoryTree.markdownFiles.flatMap {
                MarkdownCheck.unknownMakeTargets($0.path, $0.text, known: targets)
            })
        let named = paths.filter { path in
            !path.hasPrefix("Tests/")
                && [".md", ".yaml", ".swift", "Makefile"].contains { path.hasSuffix($0) }
                || path.hasPrefix("deploy/")
        }.sorted()
        expectNone(
            named.flatMap { path in
                MarkdownCheck.missingJobFiles(
                    path, RepositoryTree.text(of: path) ?? "", exists: exists)
            })
    }

    @Test func namesSayWhatIsInside() {
        expectNone(paths.sorted().flatMap { PlaceCheck.vagueNames($0) })
    }

    @Test func noPathOfOneMachine() {
        let read = [
            ".swift", ".md", ".yaml", ".proto", ".txt", ".json", "Makefile", ".ci/run", ".service",
        ]
        let written = paths.filter { path in
            read.contains { path.hasSuffix($0) } || path.hasPrefix("deploy/")
        }.filter { !$0.hasPrefix("Tests/RepositoryTests/") }
        expectNone(
            written.sorted().flatMap { path in
                PlaceCheck.machinePaths(path, RepositoryTree.text(of: path) ?? "")
            })
    }

    @Test func buildProductsAreIgnored() throws {
        expectNone(PlaceCheck.ignored(try text(".gitignore")))
    }

    private func expectNone(
        _ findings: [Finding], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for finding in findings { Issue.record("\(finding)", sourceLocation: sourceLocation) }
    }
}
