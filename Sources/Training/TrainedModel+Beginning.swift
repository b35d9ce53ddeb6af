extension TrainedModel {
    /// The values another model begins from; refuses a model with other tensors, naming the first
    /// one that differs. Loss, activations and what is done to rows may differ.
    package func values(
        beginning layout: ParameterLayout, name: String
    ) throws(TrainingRefusal) -> [Float] {
        for (wanted, found) in zip(layout.tensors, self.layout.tensors)
        where wanted.name != found.name || wanted.shape != found.shape {
            throw .initialDiffers(
                "\(found.name) of \(name) has the shape \(found.shape), the model asked for has "
                    + "\(wanted.name) \(wanted.shape); state the same spec.model, features and "
                    + "classes")
        }
        let (wanted, found) = (layout.tensors.count, self.layout.tensors.count)
        guard wanted == found else {
            throw .initialDiffers(
                "\(name) has \(found) tensors, the model asked for \(wanted); state the same "
                    + "spec.model")
        }
        return parameters
    }
}
