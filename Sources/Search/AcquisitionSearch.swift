/// Looks for the point of a space where an acquisition is greatest: many points are compared, the
/// best eight climb by their slopes, then choices and levels are tried one by one.
struct AcquisitionSearch {
    typealias Lanes = SIMD8<Double>

    /// Points drawn over the whole space, and around the best trials.
    static let wideCount = 512
    static let nearCount = 256
    /// Most evaluations of a climb.
    static let climbLimit = 32
    /// Levels of a discrete parameter that are all tried; with more, neighbours and random ones.
    static let levelLimit = 16

    let process: GaussianProcess
    let acquisition: Acquisition
    let space: SearchSpace
    /// The best trials' points, the best first.
    let incumbents: [[Double]]
    var random: SearchRandom
    private var batch = GaussianProcessBatch()

    init(
        process: GaussianProcess, acquisition: Acquisition, space: SearchSpace,
        incumbents: [[Double]], random: SearchRandom
    ) {
        self.process = process
        self.acquisition = acquisition
        self.space = space
        self.incumbents = incumbents
        self.random = random
    }

    /// The point found and what it promises.
    mutating func maximize() -> (point: [Double], value: Double) {
        let candidates = candidates()
        let values = evaluate(candidates)
        let order = values.indices.sorted {
            values[$0] > values[$1] || (values[$0] == values[$1] && $0 < $1)
        }
        var starts: [[Double]] = []
        for index in order where starts.count < 8 {
            // Starts of one hill say nothing new.
            let isNew = starts.allSatisfy { Self.distance($0, candidates[index]) > 1e-3 }
            if isNew { starts.append(candidates[index]) }
        }
        guard let first = starts.first else { return (candidates[0], values[0]) }
        while starts.count < 8 { starts.append(first) }
        var climbed = climb(starts)
        if space.axes.contains(where: { !$0.isContinuous }) {
            climbed = climbed.sorted { $0.value > $1.value }.prefix(4).map { exchange($0) }
            climbed = climb((climbed + climbed).map(\.point))
        }
        return climbed.max { $0.value < $1.value } ?? (first, values[order[0]])
    }

    /// The acquisition at points, eight at a time.
    mutating func evaluate(_ points: [[Double]]) -> [Double] {
        var values: [Double] = []
        values.reserveCapacity(points.count + 8)
        var lanes = [Lanes](repeating: Lanes(repeating: 0), count: space.count)
        var none: [Lanes] = []
        for start in stride(from: 0, to: points.count, by: 8) {
            for lane in 0..<8 {
                let point = points[min(start + lane, points.count - 1)]
                for position in 0..<space.count { lanes[position][lane] = point[position] }
            }
            process.predict(lanes, slopes: false, into: &batch)
            let result = acquisition.promises(batch, slopes: &none, hasSlopes: false)
            for lane in 0..<8 where start + lane < points.count { values.append(result[lane]) }
        }
        return values
    }

    /// A point as the trial would have it: levels in their middle, inactive parameters left out.
    func snapped(_ point: [Double]) -> [Double] {
        var assignment = Assignment(Array(repeating: nil, count: space.count))
        var result = [Double](repeating: .nan, count: space.count)
        for position in 0..<space.count where space.isActive(position, in: assignment) {
            let axis = space.axes[position]
            // A parameter that just became active begins in its middle.
            let place = point[position].isNaN ? 0.5 : min(max(point[position], 0), 1)
            let value = axis.value(at: place)
            assignment[position] = value
            result[position] = axis.isContinuous ? place : axis.unit(of: value)
        }
        return result
    }

    private mutating func candidates() -> [[Double]] {
        var points: [[Double]] = []
        points.reserveCapacity(Self.wideCount + Self.nearCount)
        for _ in 0..<Self.wideCount {
            points.append(snapped((0..<space.count).map { _ in random.uniform() }))
        }
        guard !incumbents.isEmpty else { return points }
        for index in 0..<Self.nearCount {
            let origin = incumbents[index % incumbents.count]
            // From a tenth of the axis down to a thousandth; all or some of the parameters move.
            let reach = [0.1, 0.03, 0.01, 0.001][index / incumbents.count % 4]
            let share = index % 2 == 0 ? 1 : max(0.3, 2 / Double(space.count))
            let moved = origin.enumerated().map { position, place -> Double in
                let draw = random.uniform()
                let shift = random.normal()
                guard draw < share else { return place }
                if !space.axes[position].isOrdered {
                    return reach > 0.02 && draw < 0.3 * share ? random.uniform() : place
                }
                return (place.isNaN ? 0.5 : place) + reach * shift
            }
            points.append(snapped(moved))
        }
        return points
    }

    private static func distance(_ left: [Double], _ right: [Double]) -> Double {
        var largest = 0.0
        for (a, b) in zip(left, right) {
            if a.isNaN || b.isNaN {
                if a.isNaN != b.isNaN { largest = max(largest, 1) }
            } else {
                largest = max(largest, abs(a - b))
            }
        }
        return largest
    }

    /// Tries other choices and levels of each discrete parameter in turn, twice.
    private mutating func exchange(
        _ start: (point: [Double], value: Double)
    ) -> (point: [Double], value: Double) {
        var best = start
        for _ in 0..<2 {
            let before = best.value
            for position in 0..<space.count {
                let axis = space.axes[position]
                guard let levels = axis.levels, levels > 1, !best.point[position].isNaN else {
                    continue
                }
                var places: [Double] = []
                if levels <= Self.levelLimit {
                    places = (0..<levels).map { axis.unit(of: axis.value(ofLevel: $0)) }
                } else if let here = axis.interval(around: best.point[position]) {
                    let width = here.upperBound - here.lowerBound
                    for step in [-3.0, -2, -1, 1, 2, 3] {
                        places.append(best.point[position] + step * width)
                    }
                    for _ in 0..<6 { places.append(random.uniform()) }
                }
                let points = places.map { place -> [Double] in
                    var point = best.point
                    point[position] = min(max(place, 0), 1)
                    return snapped(point)
                }
                for (point, value) in zip(points, evaluate(points)) where value > best.value {
                    best = (point, value)
                }
            }
            if best.value <= before { break }
        }
        return best
    }
}

extension AcquisitionSearch {
    /// One of eight climbers: quasi-Newton steps within the cube.
    private struct Climber {
        var point: [Double]
        var value = -Double.infinity
        var gradient: [Double] = []
        var hessian: [Double]
        var direction: [Double] = []
        var slope = 0.0
        var step = 1.0
        var trial: [Double]
        var isDone = false
    }

    /// Climbs from eight points along their continuous parameters.
    private mutating func climb(
        _ starts: [[Double]]
    ) -> [(point: [Double], value: Double)] {
        let free = (0..<space.count).filter { space.axes[$0].isContinuous }
        let size = free.count
        var climbers = starts.map {
            Climber(point: $0, hessian: [], trial: $0)
        }
        var lanes = [Lanes](repeating: Lanes(repeating: 0), count: space.count)
        var slopes = lanes
        for round in 0..<Self.climbLimit {
            for lane in 0..<8 {
                for position in 0..<space.count {
                    lanes[position][lane] = climbers[lane].trial[position]
                }
            }
            process.predict(lanes, slopes: true, into: &batch)
            let values = acquisition.promises(batch, slopes: &slopes, hasSlopes: true)
            for lane in 0..<8 where !climbers[lane].isDone {
                let gradient = free.map { position -> Double in
                    let slope = slopes[position][lane]
                    return slope.isFinite ? slope : 0
                }
                Self.advance(
                    &climbers[lane], to: values[lane], gradient: gradient, free: free,
                    isFirst: round == 0)
            }
            if size == 0 || climbers.allSatisfy(\.isDone) { break }
        }
        return climbers.map { ($0.point, $0.value) }
    }

    private static func advance(
        _ climber: inout Climber, to value: Double, gradient: [Double], free: [Int], isFirst: Bool
    ) {
        let size = free.count
        if isFirst {
            climber.value = value
            climber.gradient = gradient
            climber.hessian = identity(size)
        } else if value >= climber.value + 1e-4 * climber.step * climber.slope, value.isFinite {
            let move = free.map { climber.trial[$0] - climber.point[$0] }
            let change = zip(climber.gradient, gradient).map { $0 - $1 }
            update(&climber.hessian, move: move, change: change)
            let gain = value - climber.value
            climber.point = climber.trial
            climber.value = value
            climber.gradient = gradient
            if abs(gain) < 1e-9 { climber.isDone = true }
        } else {
            climber.step *= 0.3
            if climber.step < 1e-3 { climber.isDone = true }
            place(&climber, free)
            return
        }
        // Parameters at a border that the slope points out of do not move.
        let held = zip(free, climber.gradient).map { position, slope in
            let here = climber.point[position]
            return here.isNaN || (here <= 0 && slope < 0) || (here >= 1 && slope > 0)
        }
        var direction = [Double](repeating: 0, count: size)
        var slope = 0.0
        for row in 0..<size where !held[row] {
            for column in 0..<size where !held[column] {
                direction[row] += climber.hessian[row * size + column] * climber.gradient[column]
            }
            slope += direction[row] * climber.gradient[row]
        }
        if slope <= 0 {
            climber.hessian = identity(size)
            slope = 0
            for row in 0..<size where !held[row] {
                direction[row] = climber.gradient[row]
                slope += direction[row] * direction[row]
            }
        }
        guard slope > 1e-12 else {
            climber.isDone = true
            return
        }
        let longest = direction.reduce(0) { max($0, abs($1)) }
        climber.direction = direction
        climber.slope = slope
        climber.step = min(1, 0.1 / longest)
        place(&climber, free)
    }

    private static func place(_ climber: inout Climber, _ free: [Int]) {
        climber.trial = climber.point
        for (index, position) in free.enumerated() where !climber.point[position].isNaN {
            let place = climber.point[position] + climber.step * climber.direction[index]
            climber.trial[position] = min(max(place, 0), 1)
        }
    }

    private static func identity(_ size: Int) -> [Double] {
        var matrix = [Double](repeating: 0, count: size * size)
        // Unit cube: a first step of a hundredth for a slope of one.
        for index in 0..<size { matrix[index * size + index] = 0.01 }
        return matrix
    }

    private static func update(_ matrix: inout [Double], move: [Double], change: [Double]) {
        let size = move.count
        var curvature = 0.0
        for index in 0..<size { curvature += move[index] * change[index] }
        guard curvature > 1e-14 else { return }
        var product = [Double](repeating: 0, count: size)
        var quadratic = 0.0
        for row in 0..<size {
            for column in 0..<size { product[row] += matrix[row * size + column] * change[column] }
            quadratic += change[row] * product[row]
        }
        let outer = (1 + quadratic / curvature) / curvature
        for row in 0..<size {
            for column in 0..<size {
                matrix[row * size + column] +=
                    outer * move[row] * move[column]
                    - (product[row] * move[column] + move[row] * product[column]) / curvature
            }
        }
    }
}
