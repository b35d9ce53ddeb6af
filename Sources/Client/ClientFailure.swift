import Artifacts
import Datasets
import JobSpecification
import Ledger
import Training

/// Why a command of the client failed: its exit status and what people read.
package struct ClientFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// What the shell sees.
    package var status: ExitStatus
    /// What, where, what to do next; empty when everything was said already.
    package var message: String
    /// The cause the scheduler named, in PascalCase; empty when it was not the scheduler.
    package var reason: String

    /// Makes a failure.
    package init(_ status: ExitStatus, _ message: String, reason: String = "") {
        self.status = status
        self.message = message
        self.reason = reason
    }

    /// The message.
    package var description: String { message }

    /// The failure that any error amounts to.
    package init(_ error: any Error) {
        switch error {
        case let failure as ClientFailure: self = failure
        case let diagnostic as Diagnostic: self.init(.wrongUsage, diagnostic.rendered())
        case let problem as DataProblem: self.init(.wrongUsage, problem.description)
        case let refusal as TrainingRefusal: self.init(.wrongUsage, refusal.description)
        case let error as ArtifactError:
            self.init(error.kind == .notFound ? .notFound : .workFailed, error.description)
        case let error as LedgerError:
            if case .missing = error {
                self.init(.notFound, error.description)
            } else {
                self.init(.workFailed, error.description)
            }
        case is CancellationError: self.init(.interrupted, "")
        default: self.init(.workFailed, String(describing: error))
        }
    }
}
