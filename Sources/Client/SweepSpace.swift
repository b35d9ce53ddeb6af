/// One `--param NAME=SPACE` of a sweep: a parameter in the short form of the command line.
///
/// SPACE is `0.0..1.0`, `log:1e-4..1`, `int:1..8`, `int:log:16..1024`, each with a step behind a
/// colon where one is wanted (`0..1:0.1`), or a list `a,b,c` (`ordinal:s,m,l` when its order
/// matters).
package struct SweepSpace: Sendable, Equatable {
    /// The parameter: a field of the job, or a placeholder of the command.
    package let name: String
    /// Its values as a field of an experiment's parameter, YAML.
    package let domain: String

    /// Reads `NAME=SPACE`.
    package init(parsing text: String) throws(ClientFailure) {
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
            throw ClientFailure(
                .wrongUsage, "--param \(text): expected NAME=SPACE, such as lr=log:1e-4..1")
        }
        name = String(text[..<equals])
        let space = text[text.index(after: equals)...]
        do throws(Problem) {
            domain = try SweepSpace.domain(space)
        } catch {
            throw ClientFailure(
                .wrongUsage,
                "--param \(text): \(error.message); spaces are 0.0..1.0, log:1e-4..1, int:1..8,"
                    + " int:log:16..1024 or a,b,c")
        }
    }

    private struct Problem: Error {
        let message: String
    }

    private static func domain(_ space: Substring) throws(Problem) -> String {
        var rest = space
        var words: [String] = []
        while let colon = rest.firstIndex(of: ":"),
            ["log", "int", "ordinal"].contains(String(rest[..<colon]))
        {
            words.append(String(rest[..<colon]))
            rest = rest[rest.index(after: colon)...]
        }
        guard !rest.isEmpty else { throw Problem(message: "there are no values") }
        if words == ["ordinal"] { return "ordinal: [\(rest)]" }
        guard let dots = rest.firstRange(of: ".."), !rest.hasPrefix("[") else {
            guard words.isEmpty else {
                throw Problem(message: "\(words.joined(separator: ":")) needs a range MIN..MAX")
            }
            return "categorical: [\(rest)]"
        }
        let kind: String
        switch words {
        case []: kind = "uniform"
        case ["log"]: kind = "logUniform"
        case ["int"]: kind = "int"
        case ["int", "log"], ["log", "int"]: kind = "logInt"
        default: throw Problem(message: "\(words.joined(separator: ":")) means nothing")
        }
        let least = rest[..<dots.lowerBound]
        let parts = rest[dots.upperBound...].split(separator: ":", omittingEmptySubsequences: false)
        guard !least.isEmpty, let most = parts.first, !most.isEmpty, parts.count <= 2 else {
            throw Problem(message: "a range is MIN..MAX or MIN..MAX:STEP")
        }
        let step = parts.count == 2 ? ", step: \(parts[1])" : ""
        return "\(kind): {min: \(least), max: \(most)\(step)}"
    }
}
