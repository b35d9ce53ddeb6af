import ClusterVocabulary

extension SimulationReport {
    /// The report for people; `elapsed` is the real time it took.
    package func lines(elapsed: Duration) -> [String] {
        let faults = faults.all.filter { $0.count > 0 }.map { "\($0.name) \($0.count)" }
        let ends = JobState.allCases.compactMap { state in
            states[state].map { "\($0) \(state.word)" }
        }
        let happened = LedgerFact.Kind.allCases.compactMap { kind in
            facts[kind].map { "\(kind.word) \($0)" }
        }
        return [
            "seed          \(seed)",
            "cluster       \(nodes) nodes, \(jobs) jobs",
            "faults        " + (faults.isEmpty ? "none" : faults.joined(separator: ", ")),
            "events        \(events), \(commits) commits, "
                + "\(schedulerLives) lives of the scheduler",
            "facts         " + happened.joined(separator: ", "),
            "jobs          " + ends.joined(separator: ", "),
            "virtual time  \(seconds(virtualMilliseconds)) s in "
                + "\(seconds(elapsed.simulatedMilliseconds)) s, \(speedUp(elapsed)) times life",
            "trace         \(trace)",
            isSound ? "verdict       every rule held" : "verdict       BROKEN",
        ] + broken
    }

    /// How many times faster than life it ran.
    package func speedUp(_ elapsed: Duration) -> Int64 {
        let real =
            max(1, elapsed.components.attoseconds / 1_000_000_000_000)
            + elapsed.components.seconds * 1_000_000
        return virtualMilliseconds * 1_000 / real
    }

    /// One line of JSON with fixed names.
    package func jsonLine(elapsed: Duration) -> String {
        let sentences = broken.map { "\"\(SimulationReport.escaped($0))\"" }
        let failed = faults.all.map { "\"\($0.name)\":\($0.count)" }
        let ended = JobState.allCases.map { "\"\($0.word)\":\(states[$0] ?? 0)" }
        let fields = [
            "\"seed\":\(seed)", "\"nodes\":\(nodes)", "\"jobs\":\(jobs)", "\"events\":\(events)",
            "\"commits\":\(commits)", "\"virtualMilliseconds\":\(virtualMilliseconds)",
            "\"realMilliseconds\":\(elapsed.simulatedMilliseconds)",
            "\"speedUp\":\(speedUp(elapsed))", "\"faults\":{\(failed.joined(separator: ","))}",
            "\"states\":{\(ended.joined(separator: ","))}", "\"trace\":\"\(trace)\"",
            "\"sound\":\(isSound)", "\"broken\":[\(sentences.joined(separator: ","))]",
        ]
        return "{\(fields.joined(separator: ","))}"
    }

    private static func escaped(_ text: String) -> String {
        var out = ""
        for character in text.unicodeScalars {
            switch character {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            default: out.unicodeScalars.append(character)
            }
        }
        return out
    }

    private func seconds(_ milliseconds: Int64) -> String {
        let rest = String(milliseconds % 1_000)
        return "\(milliseconds / 1_000)."
            + String(repeating: "0", count: 3 - rest.count) + rest
    }
}

extension Duration {
    /// Whole milliseconds, rounded towards zero.
    var simulatedMilliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
