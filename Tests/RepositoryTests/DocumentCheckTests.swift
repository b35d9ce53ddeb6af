import Testing

/// The checks of documents, names and paths fire.
@Suite("The checks of documents and places fire")
struct DocumentCheckTests {
    private let other = "# Title\n\n## Two words, one (dash)\n\n## Again\n\n## Again\n"

    private func dead(_ text: String) -> [Finding] {
        MarkdownCheck.deadLinks(
            "docs/A.md", text,
            exists: { ["docs/A.md", "docs/B.md", "jobs", "jobs/01-a.yaml"].contains($0) },
            markdown: { $0 == "docs/B.md" ? other : nil })
    }

    @Test func liveLinksAreSilent() {
        #expect(dead("[a](B.md) [b](../jobs/01-a.yaml) [c](https://a.b/c) [d](../jobs)").isEmpty)
        #expect(dead("[a](B.md#two-words-one-dash) [b](B.md#again-1) [c](#me)\n# Me").isEmpty)
        #expect(dead("`[a](gone.md)`\n```\n[a](gone.md)\n```").isEmpty)
    }

    @Test(arguments: [
        "[a](gone.md)", "[a](../jobs/02-b.yaml)", "[a](B.md#gone)", "[a](#gone)", "![a](<x.png>)",
    ])
    func deadLinksAreFound(_ text: String) {
        #expect(dead("line\n\(text)").map(\.line) == [2])
    }

    @Test func unknownMakeTargetsAreFound() {
        let known = MarkdownCheck.makeTargets(
            "SHELL := /bin/bash\n.PHONY: test\ntest: ## All\n\tswift test\nlint:\n")
        #expect(known == ["test", "lint"])
        func lines(_ text: String) -> [Int] {
            MarkdownCheck.unknownMakeTargets("A.md", text, known: known).map(\.line)
        }
        #expect(lines("`make test` make sure `make lint X=1`\n```\n$ YES=1 make test\n```") == [])
        #expect(lines("`make tset`\n```\nmake demo\n$ YES=1 make show\n```") == [1, 3, 4])
    }

    @Test func missingJobFilesAreFound() {
        func lines(_ text: String) -> [Int] {
            MarkdownCheck.missingJobFiles("A.md", text, exists: { $0 == "jobs/01-a.yaml" })
                .map(\.line)
        }
        #expect(lines("jobs/01-a.yaml and jobs/NN-x.yaml in jobs/") == [])
        #expect(lines("x\nsubmit jobs/02-b.yaml --follow") == [2])
    }

    @Test(arguments: [
        "Sources/Common/A.swift", "Tests/A/Helpers.swift", "Sources/A/String+Utils.swift",
    ])
    func vagueNamesAreFound(_ path: String) {
        #expect(PlaceCheck.vagueNames(path).count == 1)
        #expect(PlaceCheck.vagueNames("Sources/Averaging/ShardPlan.swift").isEmpty)
    }

    @Test func machinePathsAreFound() {
        for root in PlaceCheck.machineRoots {
            #expect(PlaceCheck.machinePaths("A.md", "see \(root)x").map(\.line) == [1])
        }
        #expect(PlaceCheck.machinePaths("A.md", "see Sources/work/x and /var/lib/x").isEmpty)
    }

    @Test func forgottenIgnoresAreFound() {
        #expect(PlaceCheck.ignored(".build/\nPackage.resolved\n").isEmpty)
        #expect(PlaceCheck.ignored("*.log\n").count == 2)
    }
}
