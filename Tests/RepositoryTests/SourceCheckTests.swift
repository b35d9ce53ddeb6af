import Testing

/// Each check of sources fires on a bad snippet, and stays silent on a good one.
@Suite("The checks of sources fire")
struct SourceCheckTests {
    private func core(_ text: String) -> SwiftText {
        SwiftText(path: "Sources/SchedulerCore/Sample.swift", text: text)
    }

    @Test func maskingKeepsCodeAndBlanksTheRest() {
        let file = core(
            """
            let a = "Date(" // Thread
            let b = "x \\(Date("y")) z"
            let c = #"a " Task {"#
            /* Logger /* nested */ */ let d = 1
            """)
        #expect(!file.codeLines[0].contains("Date("))
        #expect(!file.codeLines[0].contains("Thread"))
        #expect(file.codeLines[1].contains("Date("))
        #expect(!file.codeLines[2].contains("Task"))
        #expect(!file.codeLines[3].contains("Logger"))
        #expect(file.codeLines[3].contains("let d = 1"))
        let long = core("let a = \"\"\"\n    Task {\n    \\(call(1))\n    \"\"\"\nlet b = 2")
        #expect(!long.codeLines[1].contains("Task"))
        #expect(long.codeLines[2].contains("call(1)"))
        #expect(long.codeLines[4] == "let b = 2")
    }

    @Test(arguments: CoreCheck.forbidden.map(\.code))
    func aCoreThatUsesForbiddenCodeIsFound(_ code: String) {
        #expect(CoreCheck.check(core("let a = \(code)")).map(\.line) == [1])
        let service = SwiftText(
            path: "Sources/SchedulerService/Sample.swift", text: "let a = \(code)")
        #expect(CoreCheck.check(service).isEmpty)
    }

    @Test(arguments: ["Foundation", "Glibc", "Dispatch", "Synchronization"])
    func aCoreThatImportsASystemModuleIsFound(_ module: String) {
        #expect(CoreCheck.check(core("private import \(module)")).count == 1)
    }

    @Test func longerNamesAndProseAreNoOffence() {
        #expect(CoreCheck.check(core("let a = LogicalDate(1) // Thread")).isEmpty)
        #expect(CoreCheck.check(core("import ClusterVocabulary")).isEmpty)
    }

    @Test func longFilesFunctionsAndLinesAreFound() {
        let many = Array(repeating: "let a = 1", count: 501).joined(separator: "\n")
        #expect(SizeCheck.check(core(many + "\n")).count == 1)
        let fewer = Array(repeating: "let a = 1", count: 500).joined(separator: "\n")
        #expect(SizeCheck.check(core(fewer + "\n")).isEmpty)
        let wide = core("// " + String(repeating: "é", count: 98))
        #expect(SizeCheck.check(wide).map(\.line) == [1])
        #expect(SizeCheck.check(core(String(repeating: "é", count: 100))).isEmpty)
        let body = Array(repeating: "    use { 1 }", count: 68).joined(separator: "\n")
        let function = core("struct A {\n\nfunc f(a: () -> Int = { 1 }) {\n\(body)\n}\n}")
        #expect(SizeCheck.check(function).map(\.line) == [3])
    }

    @Test func functionLengthsAreCounted() {
        let file = core(
            """
            protocol P {
                func none() -> Int
                func other()
            }
            struct S {
                init(
                    a: Int
                ) {
                    self.init()
                }
                package static func f<A>(_ a: A) where A: P {
                    if a { b } else { c }
                }
            }
            """)
        let found = SizeCheck.functions(of: file)
        #expect(found.map(\.name) == ["init", "f"])
        #expect(found.map(\.length) == [5, 3])
    }

    @Test(arguments: [
        "package struct A {}", "package static let a = 1", "    package init() {}",
        "nonisolated(unsafe) package let a = 1", "package private(set) var a = 1",
        "@discardableResult package func f() -> Int { 1 }",
    ])
    func packageDeclarationsWithoutCommentAreFound(_ declaration: String) {
        #expect(DeclarationCheck.undocumented(core(declaration)).count == 1)
        #expect(DeclarationCheck.undocumented(core("// no\n\(declaration)")).count == 1)
        #expect(DeclarationCheck.undocumented(core("/// A.\n\(declaration)")).isEmpty)
        #expect(
            DeclarationCheck.undocumented(core("/// A.\n@inline(never)\n\(declaration)")).isEmpty)
    }

    @Test func importsAndLabelsNeedNoComment() {
        #expect(DeclarationCheck.undocumented(core("package import Averaging")).isEmpty)
        #expect(DeclarationCheck.undocumented(core("use(package: 1)")).isEmpty)
    }

    @Test(arguments: ["final class A: @unchecked Sendable {}", "nonisolated(unsafe) var a = 1"])
    func escapesNeedAPlaceOnTheListAndAReason(_ declaration: String) {
        let path = "Sources/SchedulerCore/Sample.swift"
        let good = core("/// One thread writes it.\n\(declaration)")
        #expect(DeclarationCheck.escapes([good], allowed: [:]).count == 1)
        #expect(DeclarationCheck.escapes([good], allowed: [path: 1]).isEmpty)
        #expect(DeclarationCheck.escapes([core(declaration)], allowed: [path: 1]).count == 1)
        #expect(DeclarationCheck.escapes([good], allowed: [path: 2]).count == 1)
    }

    @Test func publicDeclarationsAreFound() {
        #expect(DeclarationCheck.publicWords(core("public struct A {}")).count == 1)
        #expect(DeclarationCheck.publicWords(core("    open class A {}")).count == 1)
        #expect(DeclarationCheck.publicWords(core("/// The public key.\nlet a = 1")).isEmpty)
    }
}
