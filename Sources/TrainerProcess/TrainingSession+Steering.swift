import Averaging
import ClusterVocabulary
import LinearAlgebra
import Training
import WireCodec

/// Decisions from validation. Every member takes the same ones from the same figures.
extension TrainingSession {
    /// Whether there is nothing left to train: the plan is done, or validation ended it early, or
    /// the solver found the bottom.
    var isComplete: Bool { completeRounds >= endRound || steering.isStopped || isSolved }

    /// Whether the solver of a full-batch job has ended.
    var isSolved: Bool {
        completeRounds > 0 && solver?.isDone(state.pointer + exchangedCount) ?? false
    }

    /// Puts what the state stands for into ``measured``: its values, or those of the average.
    func fillMeasured() {
        optimizer.writeModel(of: state.pointer, layout, into: measured.pointer)
    }

    /// The validation result that came with a round, if an epoch had ended before it.
    func validationFigures(_ scalars: [ReplicaScalars]) -> RoundScalars? {
        guard endsEpoch(afterRounds: completeRounds), !split.validation.isEmpty else { return nil }
        return RoundScalars(
            lossSum: tree.sum(scalars.map(\.evalLossSum)),
            correct: scalars.reduce(0) { $0 + Int($1.evalCorrect) },
            samples: scalars.reduce(0) { $0 + Int($1.evalSamples) })
    }

    /// Decides from the figures of the state before this round; before the outer step, so that the
    /// state is still the one that was measured.
    func steer(by validation: RoundScalars) {
        guard steering.rules.isActive else { return }
        let figure = steering.rules.figure(validation)
        if steering.observe(figure, afterRounds: completeRounds), steering.rules.keepsBest {
            optimizer.writeModel(of: state.pointer, layout, into: state.pointer + bestOffset)
        }
        trailer.steering = steering.encoded
    }

    /// The values that become the model: those of the best epoch where they are kept and the last
    /// state is not better, else those of the last state.
    func writeFinalValues() {
        fillMeasured()
        guard steering.rules.keepsBest, steering.best != nil else { return }
        if let last = measure(split.validation, UnsafePointer(measured.pointer)),
            steering.isBest(steering.rules.figure(last))
        {
            return
        }
        measured.pointer.update(from: state.pointer + bestOffset, count: layout.valueCount)
    }

    /// Why training ended before its plan, for the job's log; nil when it did not.
    var earlyStop: String? {
        if isSolved { return "lbfgs ended after \(completeRounds) passes over the rows" }
        guard steering.isStopped, let best = steering.best else { return nil }
        let monitor = work.steering.monitor.word
        let epoch = epochs(afterRounds: steering.bestRound)
        return "stopped after round \(completeRounds): \(monitor) was best after epoch \(epoch) "
            + "with \(best) and has not improved for \(steering.stale) epochs"
    }

    /// Whether a round may be finished with these figures: its loss is a number. A solver makes
    /// its own of a loss that is none.
    func isSound(_ scalars: [ReplicaScalars]) -> Bool {
        solver != nil || tree.sum(scalars.map(\.lossSum)).isFinite
    }

    /// Where the loss stopped being a number: in the round of this number, from 0.
    func divergence(inRound number: Int64) -> TrainerFault.Divergence {
        let steps = plan.steps(inRound: Int(number))
        let last = steps.upperBound - 1
        let rate = optimizer.schedule.rate(
            base: optimizer.learningRate, step: last,
            epoch: last * plan.rowsPerStep / plan.trainRows,
            totalSteps: plan.totalSteps)
        return TrainerFault.Divergence(
            round: number + 1, step: steps.upperBound, learningRate: rate * steering.rateFactor)
    }
}
