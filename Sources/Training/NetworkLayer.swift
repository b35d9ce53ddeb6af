/// One layer of a network, without the sizes that follow from what comes before it.
package enum NetworkLayer: Sendable, Hashable {
    /// Every output is a weighted sum of all inputs plus a bias, then the activation.
    case dense(units: Int, activation: Activation)
    /// An activation alone.
    case activation(Activation)
    /// In training each number is 0 with probability `rate`, else divided by `1 - rate`; in
    /// evaluation it passes (Srivastava et al. 2014).
    case dropout(rate: Float)
    /// Each row to mean 0 and deviation 1, then scaled and shifted by learned numbers.
    case layerNorm(epsilon: Float)
    /// Each channel to mean 0 and deviation 1 over the batch, in evaluation by running moments,
    /// which follow the batches' by `momentum`; then scaled and shifted by learned numbers.
    case batchNorm(epsilon: Float, momentum: Float)
    /// `filters` windows of `size` x `size` over an image, then the activation.
    case convolution(
        filters: Int, size: Int, stride: Int, padding: Int, activation: Activation)
    /// The largest number of each window and channel.
    case maximumPool(size: Int, stride: Int, padding: Int)
    /// The mean of each window and channel.
    case averagePool(size: Int, stride: Int, padding: Int)
    /// An image becomes a row of numbers, in the order [height x width x channels].
    case flatten
}
