import Averaging
import ClusterVocabulary

extension OuterOptimizer {
    /// The outer rule a job's record asks for.
    init(_ work: AveragingWork) {
        switch work.outer {
        case .average: self = .average
        case .slowMomentum:
            self = .slowMomentum(momentum: work.outerMomentum, learningRate: work.outerRate)
        case .nesterov:
            self = .nesterov(learningRate: work.outerRate, momentum: work.outerMomentum)
        case .elastic: self = .elastic(movingRate: work.outerRate)
        }
    }
}
