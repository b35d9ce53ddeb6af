import Testing

@testable import Client

/// What stays out of a packed folder.
struct IgnoreRulesTests {
    @Test func rulesAreReadAsThoseOfGit() {
        let rules = IgnoreRules(
            """
            # comment
            *.log
            /top
            build/
            a/**/z
            !keep.log
            part?.bin
            """)
        let cases: [(String, Bool, Bool)] = [
            ("x.log", false, true), ("deep/x.log", false, true), ("keep.log", false, false),
            ("deep/keep.log", false, false), ("top", false, true), ("deep/top", false, false),
            ("build", true, true), ("build", false, false), ("deep/build", true, true),
            ("a/z", false, true), ("a/b/c/z", false, true), ("b/a/z", false, false),
            ("part1.bin", false, true), ("part12.bin", false, false), (".git", true, true),
            ("sub/.git", true, true), ("src/main.py", false, false),
        ]
        for (path, isFolder, isIgnored) in cases {
            #expect(rules.ignores(path, isFolder: isFolder) == isIgnored, "\(path)")
        }
    }

    @Test func manyStarsAreNotSlow() {
        let rules = IgnoreRules(String(repeating: "*a", count: 40) + "b")
        #expect(!rules.ignores(String(repeating: "a", count: 4_000), isFolder: false))
    }
}
