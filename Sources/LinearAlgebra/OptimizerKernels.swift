/// Update rules of optimizers with state, each one sweep over flat vectors.
///
/// Formulas are those of PyTorch 2 (`torch.optim`), so that parity can be judged; every operation
/// is rounded by IEEE 754 (products and sums fused where written so, division and square root
/// exact), so the bits are the same on every machine. State below
/// `ElementaryFunctions.negligible` becomes 0. Second moments are taken as at least 0: an average
/// over replicas may leave them a rounding error below.
package enum OptimizerKernels {
    /// SGD with Nesterov momentum: `v = momentum * v + g`, `w = w - rate * (g + momentum * v)`.
    package static func nesterovStep(
        parameters: UnsafeMutablePointer<Float>,
        velocity: UnsafeMutablePointer<Float>,
        gradient: UnsafePointer<Float>,
        count: Int,
        learningRate: Float,
        momentum: Float
    ) {
        let negligible = ElementaryFunctions.negligible
        for index in 0..<count {
            let slope = gradient[index]
            let sum = slope.addingProduct(momentum, velocity[index])
            let updated = sum.magnitude < negligible ? 0 : sum
            velocity[index] = updated
            let ahead = slope.addingProduct(momentum, updated)
            parameters[index] = parameters[index].addingProduct(-learningRate, ahead)
        }
    }

    /// Adagrad: `s = s + g²`, `w = w - rate * g / (sqrt(s) + epsilon)` (Duchi et al. 2011).
    package static func adagradStep(
        parameters: UnsafeMutablePointer<Float>,
        squares: UnsafeMutablePointer<Float>,
        gradient: UnsafePointer<Float>,
        count: Int,
        learningRate: Float,
        epsilon: Float
    ) {
        for index in 0..<count {
            let slope = gradient[index]
            let old = squares[index]
            let sum = (old > 0 ? old : 0).addingProduct(slope, slope)
            squares[index] = sum
            let step = slope / (sum.squareRoot() + epsilon)
            parameters[index] = parameters[index].addingProduct(-learningRate, step)
        }
    }

    /// RMSprop: `s = decay * s + (1 - decay) * g²`, `u = g / (sqrt(s) + epsilon)`, then
    /// `v = momentum * v + u` and `w = w - rate * v` (Hinton, lecture 6e).
    package static func rmspropStep(
        parameters: UnsafeMutablePointer<Float>,
        squares: UnsafeMutablePointer<Float>,
        velocity: UnsafeMutablePointer<Float>?,
        gradient: UnsafePointer<Float>,
        count: Int,
        learningRate: Float,
        decay: Float,
        epsilon: Float,
        momentum: Float
    ) {
        let negligible = ElementaryFunctions.negligible
        let share = 1 - decay
        for index in 0..<count {
            let slope = gradient[index]
            let old = squares[index]
            let sum = (decay * (old > 0 ? old : 0)).addingProduct(share * slope, slope)
            squares[index] = sum < negligible ? 0 : sum
            var step = slope / (sum.squareRoot() + epsilon)
            if let velocity {
                let moved = step.addingProduct(momentum, velocity[index])
                step = moved.magnitude < negligible ? 0 : moved
                velocity[index] = step
            }
            parameters[index] = parameters[index].addingProduct(-learningRate, step)
        }
    }

    /// Adadelta: `s = decay * s + (1 - decay) * g²`,
    /// `u = sqrt(d + epsilon) / sqrt(s + epsilon) * g`, `d = decay * d + (1 - decay) * u²`,
    /// `w = w - rate * u` (Zeiler 2012).
    package static func adadeltaStep(
        parameters: UnsafeMutablePointer<Float>,
        squares: UnsafeMutablePointer<Float>,
        updates: UnsafeMutablePointer<Float>,
        gradient: UnsafePointer<Float>,
        count: Int,
        learningRate: Float,
        decay: Float,
        epsilon: Float
    ) {
        let negligible = ElementaryFunctions.negligible
        let share = 1 - decay
        for index in 0..<count {
            let slope = gradient[index]
            let oldSquare = squares[index]
            let oldUpdate = updates[index]
            let square = (decay * (oldSquare > 0 ? oldSquare : 0)).addingProduct(
                share * slope, slope)
            squares[index] = square < negligible ? 0 : square
            let before = oldUpdate > 0 ? oldUpdate : 0
            let step = (before + epsilon).squareRoot() / (square + epsilon).squareRoot() * slope
            let update = (decay * before).addingProduct(share * step, step)
            updates[index] = update < negligible ? 0 : update
            parameters[index] = parameters[index].addingProduct(-learningRate, step)
        }
    }

    /// Adam and AdamW: `m = beta1 * m + (1 - beta1) * g`, `s = beta2 * s + (1 - beta2) * g²`,
    /// `w = (1 - rate * weightDecay) * w - rate / correction1 * m / (sqrt(s) / sqrt(correction2) +
    /// epsilon)` with `correction = 1 - beta^t` (Kingma and Ba 2015; Loshchilov and Hutter 2019).
    package static func adamStep(
        parameters: UnsafeMutablePointer<Float>,
        means: UnsafeMutablePointer<Float>,
        squares: UnsafeMutablePointer<Float>,
        gradient: UnsafePointer<Float>,
        count: Int,
        rule: AdamRule
    ) {
        let negligible = ElementaryFunctions.negligible
        let share1 = 1 - rule.beta1
        let share2 = 1 - rule.beta2
        let kept = 1 - rule.learningRate * rule.weightDecay
        let negativeRate = -rule.learningRate / rule.correction1
        let root = rule.correction2.squareRoot()
        for index in 0..<count {
            let slope = gradient[index]
            let mean = (rule.beta1 * means[index]).addingProduct(share1, slope)
            means[index] = mean.magnitude < negligible ? 0 : mean
            let old = squares[index]
            let square = (rule.beta2 * (old > 0 ? old : 0)).addingProduct(share2 * slope, slope)
            squares[index] = square < negligible ? 0 : square
            let step = mean / (square.squareRoot() / root + rule.epsilon)
            parameters[index] = (kept * parameters[index]).addingProduct(negativeRate, step)
        }
    }

    /// The numbers of one Adam step.
    package struct AdamRule {
        /// Step size at this step.
        package var learningRate: Float
        /// Decay of the mean.
        package var beta1: Float
        /// Decay of the squares.
        package var beta2: Float
        /// Added to the root.
        package var epsilon: Float
        /// Decoupled decay; 0 for plain Adam.
        package var weightDecay: Float
        /// `1 - beta1^t`.
        package var correction1: Float
        /// `1 - beta2^t`.
        package var correction2: Float

        /// Takes the numbers.
        package init(
            learningRate: Float, beta1: Float, beta2: Float, epsilon: Float, weightDecay: Float,
            correction1: Float, correction2: Float
        ) {
            self.learningRate = learningRate
            self.beta1 = beta1
            self.beta2 = beta2
            self.epsilon = epsilon
            self.weightDecay = weightDecay
            self.correction1 = correction1
            self.correction2 = correction2
        }
    }
}
