import Artifacts
import Datasets
import Training

extension SessionData {
    /// Maps a converted set; its rows stay in the page cache, shared with every process that maps
    /// the same file.
    init(setPath: String) throws {
        let file: MappedFile
        let view: SetView
        do {
            file = try MappedFile(path: setPath)
            // One reading of the file, which training reads often: nothing damaged is trained on.
            try SetView.verify(file.unsafeBytes)
            view = try SetView(file.unsafeBytes)
        } catch {
            throw TrainerFault.setUnusable("\(error)")
        }
        guard let features = view.features.baseAddress, let labels = view.labels.baseAddress
        else { throw TrainingRefusal.emptyData(rows: 0, features: 0, classes: 0) }
        data = try TrainingData(
            features: features, labels: labels, rows: view.rows, featureCount: view.featureCount,
            classCount: view.classNames.count, owner: file)
        testRows = view.testRows
        classNames = view.classNames
        featureNames = view.featureNames
    }
}
