/// Cores are values: no IO, clock, chance, locks or logs.
enum CoreCheck {
    /// The targets that are pure.
    static let cores: Set<String> = [
        "ClusterVocabulary", "Determinism", "LinearAlgebra", "Training", "Averaging", "Datasets",
        "JobSpecification", "SchedulerCore", "Search", "ExperimentCore", "WorkerCore",
        "AccessControl",
    ]

    /// System modules a core file may import all the same, with the reason.
    static let allowedImports: [String: (module: String, reason: String)] = [
        "Sources/Datasets/DecimalNumber.swift": (
            "Glibc", "strtod decides the last bit of long decimals; the C locale alone is used"
        ),
        "Sources/Training/Standardization.swift": ("Glibc", "sqrt is rounded correctly everywhere"),
        "Sources/Training/ParameterLayout+InitialValues.swift": (
            "Glibc", "sqrt is rounded correctly everywhere"
        ),
    ]

    /// Code that a core must not contain, with what to do instead.
    static let forbidden: [(code: String, remedy: String)] = [
        ("Date(", "take the time as an argument"),
        ("ContinuousClock", "take a LogicalInstant as an argument"),
        ("SuspendingClock", "take a LogicalInstant as an argument"),
        (".random(", "draw from a RandomStream of Determinism"),
        ("shuffled()", "use a RowPermutation of Determinism"),
        ("shuffle()", "use a RowPermutation of Determinism"),
        ("randomElement()", "draw from a RandomStream of Determinism"),
        ("SystemRandomNumberGenerator", "draw from a RandomStream of Determinism"),
        ("UUID()", "take the id as an argument"),
        ("print(", "return what people should read as a value"),
        ("FileHandle", "let the shell read and give bytes"),
        ("FileManager", "let the shell read and give bytes"),
        ("fopen", "let the shell read and give bytes"),
        ("Thread", "cores have no threads; the shell owns them"),
        ("Task {", "cores have no tasks; the shell owns them"),
        ("Logger", "return what should be logged as an effect"),
        ("getenv", "take the setting as an argument"),
        ("Mutex", "cores are values of one owner and need no lock"),
    ]

    /// The broken rules of one file; none when it belongs to no core.
    static func check(_ file: SwiftText) -> [Finding] {
        guard file.path.hasPrefix("Sources/"), cores.contains(file.target) else { return [] }
        var findings: [Finding] = []
        for (line, module) in LayerCheck.imports(of: file)
        where LayerCheck.systemModules.contains(module)
            && allowedImports[file.path]?.module != module
        {
            findings.append(
                Finding(
                    file.path, line,
                    "a core must not import \(module); move what needs it to a service or adapter"))
        }
        for (index, line) in file.codeLines.enumerated() {
            for (code, remedy) in forbidden where contains(line, code) {
                findings.append(
                    Finding(
                        file.path, index + 1, "a core must not use \(code): \(remedy)"))
            }
        }
        return findings
    }

    /// Whether the line has the code, not as the tail of a longer name.
    private static func contains(_ line: String, _ code: String) -> Bool {
        guard line.utf8.count >= code.utf8.count, let range = line.firstRange(of: code) else {
            return false
        }
        guard let first = code.first, first.isLetter, range.lowerBound > line.startIndex else {
            return true
        }
        let before = line[line.index(before: range.lowerBound)]
        return !(before.isLetter || before.isNumber || before == "_")
    }
}
