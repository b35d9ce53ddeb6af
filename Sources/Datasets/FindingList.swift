/// Collects findings while a file is read on: keeps the first ones, counts all.
///
/// A class, so that a finding can be described from the parser that owns the list.
final class FindingList {
    /// A state of the list to go back to.
    struct Mark {
        fileprivate let kept: Int
        fileprivate let total: Int
    }

    private var findings: [DataFinding] = []
    private var total = 0

    /// The findings kept, in file order.
    var kept: [DataFinding] { findings }

    /// Adds a finding; it is only made when there is still room to keep it.
    func add(_ finding: @autoclosure () -> DataFinding) {
        if findings.count < DataProblem.maximumFindings {
            findings.append(finding())
        }
        total += 1
    }

    var mark: Mark { Mark(kept: findings.count, total: total) }

    /// Forgets what was added since the mark.
    func goBack(to mark: Mark) {
        findings.removeLast(findings.count - mark.kept)
        total = mark.total
    }

    func throwIfAny() throws(DataProblem) {
        if let problem = DataProblem(findings: findings, total: total) {
            throw problem
        }
    }
}
