import LinearAlgebra

/// Limited-memory BFGS over the gradient of all training rows (Nocedal and Wright 2006, algorithms
/// 7.4 and 7.5), its line search by the strong Wolfe conditions (algorithms 3.5 and 3.6).
///
/// One call of ``advance(_:parameters:gradient:scalars:)`` takes what one pass over the rows found
/// at the point under trial and puts the next point there. Every member of a job calls it with the
/// same averaged gradient: it is a pure function of its memory and that, without any order but
/// the one written here. All of its memory is a block of floats, so that it travels with the state
/// and enters its digest.
///
/// Memory, P the number of parameters and m the pairs kept: the accepted point [P], its gradient
/// [P], the direction [P], m differences of points [P each], m of gradients [P each], then
/// ``SearchState`` in ``SearchState/elementCount`` elements.
package struct LBFGSSolver {
    /// The most pairs that may be kept.
    package static let mostPairs = 100
    /// The most points tried along one direction.
    static let mostTrials = 20
    /// What is lost of a slope before a decrease counts as sufficient (c1).
    static let sufficientDecrease = 1e-4
    /// What may be left of a slope (c2).
    static let curvature = 0.9
    /// By how much a loss may be wrong, relative to itself: rows are computed in single precision.
    static let noise = 1e-7
    /// A relative decrease below this counts as none; so many of them in a row end the search.
    static let flatDecrease = 1e-9
    static let mostFlat = 5

    private let count: Int
    private let pairs: Int
    private let tolerance: Double
    private let l2: Float
    private let penalized: [Range<Int>]

    /// The solver of an optimizer whose rule is lbfgs; nil for any other rule.
    package init?(_ optimizer: OptimizerConfiguration, _ layout: ParameterLayout) {
        guard case .lbfgs(let memory, let tolerance) = optimizer.rule else { return nil }
        count = layout.parameterCount
        pairs = memory
        self.tolerance = Double(tolerance)
        l2 = optimizer.shaping.l2
        penalized = layout.penalized
    }

    /// Elements of its memory.
    package var elementCount: Int { (3 + 2 * pairs) * count + SearchState.elementCount }

    /// Begins at the parameters.
    package func begin(
        _ memory: UnsafeMutablePointer<Float>, parameters: UnsafePointer<Float>
    ) {
        memory.update(repeating: 0, count: elementCount)
        memory.update(from: parameters, count: count)
        write(SearchState(), memory)
    }

    /// Whether nothing better will be found: the slope is below the tolerance, or noise.
    package func isDone(_ memory: UnsafePointer<Float>) -> Bool { search(memory).phase == .done }

    /// What the accepted point was found to be worth, penalties left out.
    package func accepted(_ memory: UnsafePointer<Float>, samples: Int) -> RoundScalars {
        let state = search(memory)
        return RoundScalars(
            lossSum: state.rowLoss * Double(samples), correct: state.correct, samples: samples)
    }

    /// Takes the mean gradient and the figures of all rows at `parameters`, and puts the next point
    /// there: the accepted one when there is nothing left to try. `gradient` is overwritten.
    package func advance(
        _ memory: UnsafeMutablePointer<Float>, parameters: UnsafeMutablePointer<Float>,
        gradient: UnsafeMutablePointer<Float>, scalars: RoundScalars
    ) {
        var state = search(memory)
        var loss = scalars.meanLoss
        for part in penalized where l2 > 0 {
            let weights = parameters + part.lowerBound
            loss += 0.5 * Double(l2) * SolverKernels.dot(weights, weights, count: part.count)
            SolverKernels.add(
                weights, times: l2, to: gradient + part.lowerBound, count: part.count)
        }
        let place = Place(memory: memory, parameters: parameters, gradient: gradient)
        let point = SearchState.Point(
            step: state.step, loss: loss,
            slope: SolverKernels.dot(gradient, direction(memory), count: count))
        switch state.phase {
        case .begin:
            take(&state, place, loss, scalars)
            guard loss.isFinite else { break }
            turn(&state, place)
        case .bracket, .zoom, .last:
            let isGood =
                point.loss <= state.sufficient(point.step)
                && point.slope.magnitude <= Self.curvature * state.slope.magnitude
            if isGood || state.phase == .last {
                accept(&state, place, point, scalars)
            } else {
                look(&state, place, point, scalars)
            }
        case .done: break
        }
        if state.phase == .done { parameters.update(from: memory, count: count) }
        write(state, memory)
    }

    /// The memory and the two vectors a call works on.
    private struct Place {
        let memory: UnsafeMutablePointer<Float>
        let parameters: UnsafeMutablePointer<Float>
        let gradient: UnsafeMutablePointer<Float>
    }

    private func slope(_ memory: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float> {
        memory + count
    }

    private func direction(_ memory: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float> {
        memory + 2 * count
    }

    /// The difference of points kept in a slot; that of gradients stands `pairs` vectors behind.
    private func pair(
        _ slot: Int, _ memory: UnsafeMutablePointer<Float>
    ) -> (points: UnsafeMutablePointer<Float>, gradients: UnsafeMutablePointer<Float>) {
        let start = memory + (3 + slot) * count
        return (start, start + pairs * count)
    }

    private func search(_ memory: UnsafePointer<Float>) -> SearchState {
        SearchState(memory + (3 + 2 * pairs) * count)
    }

    private func write(_ state: SearchState, _ memory: UnsafeMutablePointer<Float>) {
        state.write(to: memory + (3 + 2 * pairs) * count)
    }
}

extension LBFGSSolver {
    /// Makes the point under trial the accepted one.
    private func take(
        _ state: inout SearchState, _ place: Place, _ loss: Double, _ scalars: RoundScalars
    ) {
        place.memory.update(from: place.parameters, count: count)
        slope(place.memory).update(from: place.gradient, count: count)
        state.loss = loss
        state.rowLoss = scalars.meanLoss
        state.correct = scalars.correct
        let steepest = SolverKernels.greatestMagnitude(place.gradient, count: count)
        if !loss.isFinite || !(Double(steepest) > tolerance) { state.phase = .done }
    }

    /// Takes a point the line search is content with, learns from it, and turns.
    private func accept(
        _ state: inout SearchState, _ place: Place, _ point: SearchState.Point,
        _ scalars: RoundScalars
    ) {
        let slot = (state.newest + 1) % pairs
        let kept = pair(slot, place.memory)
        VectorKernels.subtract(place.parameters, place.memory, into: kept.points, count: count)
        VectorKernels.subtract(
            place.gradient, slope(place.memory), into: kept.gradients, count: count)
        let product = SolverKernels.dot(kept.points, kept.gradients, count: count)
        let square = SolverKernels.dot(kept.gradients, kept.gradients, count: count)
        if product > 1e-10 * square {
            state.newest = slot
            state.kept = min(state.kept + 1, pairs)
        } else {
            // Its slot was that of the oldest pair when all are in use.
            state.kept = min(state.kept, pairs - 1)
        }
        let decrease = state.loss - point.loss
        let isFlat = !(decrease > Self.flatDecrease * state.loss.magnitude)
        state.flat = isFlat ? state.flat + 1 : 0
        take(&state, place, point.loss, scalars)
        if state.flat >= Self.mostFlat { state.phase = .done }
        if state.phase != .done { turn(&state, place) }
    }

    /// Chooses the direction from the pairs kept and puts the first point along it to the trial.
    private func turn(_ state: inout SearchState, _ place: Place) {
        let (memory, along) = (place.memory, direction(place.memory))
        let gradient = slope(memory)
        along.update(from: gradient, count: count)
        // Oldest pair last, then back.
        let slots = (0..<state.kept).map { (state.newest + pairs - $0) % pairs }
        var shares: [Double] = []
        for slot in slots {
            let kept = pair(slot, memory)
            let share =
                SolverKernels.dot(kept.points, along, count: count)
                / SolverKernels.dot(kept.points, kept.gradients, count: count)
            shares.append(share)
            SolverKernels.add(kept.gradients, times: Float(-share), to: along, count: count)
        }
        if let newest = slots.first {
            let kept = pair(newest, memory)
            let scale =
                SolverKernels.dot(kept.points, kept.gradients, count: count)
                / SolverKernels.dot(kept.gradients, kept.gradients, count: count)
            VectorKernels.scale(along, by: Float(scale), count: count)
        }
        for (slot, share) in zip(slots, shares).reversed() {
            let kept = pair(slot, memory)
            let back =
                SolverKernels.dot(kept.gradients, along, count: count)
                / SolverKernels.dot(kept.points, kept.gradients, count: count)
            SolverKernels.add(kept.points, times: Float(share - back), to: along, count: count)
        }
        VectorKernels.scale(along, by: -1, count: count)
        state.slope = SolverKernels.dot(gradient, along, count: count)
        if !(state.slope < 0) {
            state.kept = 0
            along.update(from: gradient, count: count)
            VectorKernels.scale(along, by: -1, count: count)
            state.slope = SolverKernels.dot(gradient, along, count: count)
        }
        let first =
            state.kept > 0 ? 1 : min(1, 1 / SolverKernels.magnitudeSum(gradient, count: count))
        state.phase = .bracket
        state.trials = 0
        state.low = SearchState.Point(step: 0, loss: state.loss, slope: state.slope)
        state.high = state.low
        attempt(first, &state, place)
    }

    /// One point of the line search that does not do: narrows the bracket and tries the next.
    private func look(
        _ state: inout SearchState, _ place: Place, _ point: SearchState.Point,
        _ scalars: RoundScalars
    ) {
        state.trials += 1
        let next = state.narrow(by: point)
        let isCurrentLow = state.low.step == point.step && point.loss.isFinite
        if state.trials < Self.mostTrials, let next {
            attempt(next, &state, place)
        } else if isCurrentLow, point.step > 0 {
            accept(&state, place, point, scalars)
        } else if state.low.step > 0 {
            state.phase = .last
            attempt(state.low.step, &state, place)
        } else if state.kept > 0 {
            // The pairs led astray: once more, straight down.
            state.kept = 0
            turn(&state, place)
        } else {
            state.phase = .done
        }
    }

    private func attempt(_ step: Double, _ state: inout SearchState, _ place: Place) {
        state.step = step
        SolverKernels.move(
            from: place.memory, by: Float(step), along: direction(place.memory),
            into: place.parameters, count: count)
    }
}
