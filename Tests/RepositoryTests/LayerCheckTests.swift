import Testing

/// The comparison of layer table, manifest and sources fires in every direction.
@Suite("The layer checks fire")
struct LayerCheckTests {
    private let manifest = PackageManifest(
        text: """
            let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
            let nio: [Target.Dependency] = [
                .product(name: "NIOCore", package: "swift-nio"),
            ]

            let package = Package(
                targets: [
                    // .target(name: "Gone"),
                    .systemLibrary(name: "CThing", providers: [.apt(["libthing-dev"])]),
                    .target(name: "Low", dependencies: ["CThing"], swiftSettings: strict),
                    .executableTarget(
                        name: "High",
                        dependencies: [
                            "Low", .product(name: "GRDB", package: "GRDB.swift"), logging,
                        ] + nio,
                        swiftSettings: strict),
                    .testTarget(name: "LowTests", dependencies: ["Low"], swiftSettings: strict),
                ])
            """)

    private let good = """
        | target | imports | packages | owns |
        |---|---|---|---|
        | `CThing` | - | - | a library |
        | `Low` | `CThing` | - | low things |
        | `High` | `Low` | `GRDB`, `Logging`, `NIOCore` | high things |

        | other | table |
        |---|---|
        | `Low` | x |
        """

    private func compare(replacing old: String, by new: String) -> [Finding] {
        let text = good.split(separator: old, omittingEmptySubsequences: false)
            .joined(separator: new)
        return LayerCheck.compare(LayerTable(markdown: text), manifest)
    }

    @Test func theManifestIsRead() {
        #expect(Set(manifest.targets.map(\.name)) == ["CThing", "Low", "High", "LowTests"])
        let high = manifest.targets.first { $0.name == "High" }
        #expect(high?.dependencies == ["GRDB", "Logging", "Low", "NIOCore"])
        #expect(high?.kind == .executable)
    }

    @Test func agreementIsSilent() {
        #expect(LayerCheck.compare(LayerTable(markdown: good), manifest).isEmpty)
    }

    @Test func everyDifferenceIsFound() {
        let row = "| `Low` | `CThing` | - | low things |\n"
        #expect(compare(replacing: row, by: "").contains { $0.message.contains("missing") })
        #expect(compare(replacing: row, by: row + "| `X` | - | - | no |\n").count == 1)
        #expect(compare(replacing: "| `CThing` | - | -", by: "| `CThing` | `Low` | -").count == 2)
        #expect(compare(replacing: "`GRDB`, ", by: "").count == 1)
        #expect(compare(replacing: "`GRDB`", by: "`GRDB`, `Yams`").count == 1)
        #expect(compare(replacing: "| target |", by: "| module |").count == 3)
    }

    @Test func importsAreRead() {
        let file = SwiftText(
            path: "Sources/Low/A.swift",
            text: """
                package import CThing
                @testable import Low
                import struct Foundation.Date
                // import High
                let a = "import High"
                """)
        #expect(LayerCheck.imports(of: file).map(\.module) == ["CThing", "Low", "Foundation"])
    }

    @Test func importsOutsideTheTableAndUnusedOnesAreFound() {
        func findings(_ low: String, _ high: String) -> [String] {
            let files = [
                SwiftText(path: "Sources/Low/A.swift", text: low),
                SwiftText(path: "Sources/High/B.swift", text: high),
            ]
            return LayerCheck.compare(LayerTable(markdown: good), files: files).map(\.message)
        }
        #expect(findings("import CThing", "import Low\nimport Logging").isEmpty)
        #expect(findings("import CThing\nimport High", "import Low").count == 1)
        #expect(findings("import CThing", "import Low\nimport Yams").count == 1)
        #expect(findings("import Foundation", "import Low").count == 1)
    }

    @Test func untestedTargetsAndForgottenTestsAreFound() {
        func findings(_ folders: Set<String>, _ exempt: [String: String]) -> [Finding] {
            LayerCheck.untested(manifest, testFolders: folders, exempt: exempt)
        }
        #expect(findings(["LowTests"], ["High": "a reason"]).isEmpty)
        #expect(findings(["LowTests"], [:]).count == 1)
        #expect(findings(["LowTests", "LostTests"], ["High": "a reason"]).count == 1)
        #expect(findings(["LowTests"], ["High": "a reason", "Low": "stale"]).count == 1)
    }
}
