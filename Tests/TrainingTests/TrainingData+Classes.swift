import Training

extension TrainingData {
    /// The classes of data that has classes.
    var labels: UnsafePointer<Int32> {
        guard case .classes(let labels, _) = targets else { preconditionFailure("numbers") }
        return labels
    }
}
