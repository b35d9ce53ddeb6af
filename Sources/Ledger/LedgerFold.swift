import ClusterVocabulary

/// The history read again from its beginning: what each job must look like by its facts alone.
struct LedgerFold {
    /// What the facts of one job say so far.
    struct JobLine: Equatable {
        var state: JobState
        var term: UInt64
        var isDeleted: Bool
    }

    /// Jobs by number.
    private(set) var jobs: [JobID: JobLine] = [:]
    /// The name of the number that tells a fact's term.
    static let termMetric = "term"

    /// Takes the next fact; gives what is wrong with it.
    mutating func take(_ fact: LedgerFact) -> [String] {
        guard fact.job.number != 0 else {
            return fact.state == nil ? [] : ["\(fact.kind.word) has a job's state but no job"]
        }
        guard let state = fact.state else {
            return ["job \(fact.job): \(fact.kind.word) does not say the job's state"]
        }
        guard var line = jobs[fact.job] else { return begin(fact, state) }
        var problems: [String] = []
        if fact.kind == .submitted { problems.append("job \(fact.job) was submitted twice") }
        if line.isDeleted {
            problems.append("job \(fact.job): \(fact.kind.word) after it was deleted")
        }
        if state != line.state, !line.state.canBecome(state) {
            problems.append(
                "job \(fact.job) went from \(line.state.word) to \(state.word), which is not legal")
        }
        if let term = term(of: fact) {
            if term < line.term {
                problems.append("job \(fact.job) went back from term \(line.term) to \(term)")
            }
            line.term = max(line.term, term)
        }
        line.state = state
        line.isDeleted = line.isDeleted || fact.kind == .deleted
        jobs[fact.job] = line
        return problems
    }

    private mutating func begin(_ fact: LedgerFact, _ state: JobState) -> [String] {
        var problems: [String] = []
        if fact.kind != .submitted {
            problems.append("job \(fact.job) begins with \(fact.kind.word), not with Submitted")
        } else if state != .pending {
            problems.append("job \(fact.job) was submitted as \(state.word)")
        }
        jobs[fact.job] = JobLine(
            state: state, term: term(of: fact) ?? 0, isDeleted: fact.kind == .deleted)
        return problems
    }

    private func term(of fact: LedgerFact) -> UInt64? {
        guard fact.kind == .termProposed || fact.kind == .termStarted else { return nil }
        return fact.metrics.first { $0.name == LedgerFold.termMetric }.flatMap {
            UInt64(exactly: $0.value)
        }
    }
}
