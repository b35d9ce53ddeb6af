import ClusterVocabulary
import Datasets
import Messaging
import Training

/// What ends an attempt in a trainer, beside the errors of the parts it uses.
enum TrainerFault: Error {
    /// The loss became NaN or infinite.
    case diverged(Divergence)

    /// Where a loss stopped being a number.
    struct Divergence: Equatable {
        /// Complete rounds, the bad one included.
        var round: Int64
        /// Local steps of each replica up to there.
        var step: Int
        /// The learning rate of the round's last step.
        var learningRate: Float
    }

    /// The converted data set on this host is missing or damaged; it can be made again.
    case setUnusable(String)
    /// The model to begin from could not be brought to this host.
    case notFetched(String)
    /// A command does not fit what this trainer holds.
    case inconsistent(String)

    /// Whose fault an error is, and the reason people read.
    static func classify(_ error: any Error) -> (FailureClass, Reason) {
        switch error {
        case TrainerFault.diverged(let place):
            (
                .job,
                Reason(
                    .diverged,
                    "the training loss is not finite after step \(place.step) (round "
                        + "\(place.round)) at learning rate \(place.learningRate); try a tenth of "
                        + "it, gradientClipping, or look for extreme values in the data")
            )
        case TrainerFault.setUnusable(let words):
            (.infrastructure, Reason(.dataNotStaged, words))
        case TrainerFault.notFetched(let name):
            (.infrastructure, Reason(.hostFault, "the model \(name) could not be fetched"))
        case TrainerFault.inconsistent(let words):
            (.program, Reason(.trainerDied, words))
        case let refusal as TrainingRefusal: (.job, Reason(.badData, refusal.description))
        case let problem as PreprocessingProblem:
            (.job, Reason(.badData, problem.description))
        case let problem as DataProblem: (.job, Reason(.badData, problem.description))
        case let error as MessagingError:
            (.infrastructure, Reason(.hostFault, error.description))
        default: (.infrastructure, Reason(.hostFault, "\(error)"))
        }
    }
}
