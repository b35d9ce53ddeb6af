import Artifacts
import ClusterVocabulary
import Training

extension TrainingSession {
    /// Takes over the values of the model the work begins from, if it begins from one.
    ///
    /// Throws when the file is missing, which is the host's fault, or does not fit, which is the
    /// job's.
    func takeInitial(from path: String) throws {
        guard let initial = work.initial, initialValues == nil else { return }
        guard !path.isEmpty else { throw TrainerFault.notFetched(initial.name) }
        let file = try MappedFile(path: path)
        let model: Training.TrainedModel
        do {
            model = try Training.TrainedModel.decode(file.unsafeBytes).model
        } catch {
            throw TrainingRefusal.initialDiffers("\(initial.name) cannot be read: \(error)")
        }
        initialValues = try model.values(beginning: layout, name: initial.name)
    }
}
