import ClusterVocabulary

extension TrainerCommand: WireValue {
    init(wire: WireTrainerCommand) throws(WireError) {
        switch wire.body {
        case .prepare(let preparation):
            let check = FieldChecks("TrainerPreparation")
            self = .prepare(
                try check.required(
                    PrepareTraining.self, preparation.training, preparation.hasTraining,
                    "training"),
                try check.required(
                    TrainerPlaces.self, preparation.places, preparation.hasPlaces, "places"))
        case .go(let training): self = .go(try GoTraining(wire: training))
        case .release(let attempt): self = .release(try AttemptID(wire: attempt))
        case nil: throw .missing(message: "TrainerCommand", field: "body")
        }
    }

    var wire: WireTrainerCommand {
        var wire = WireTrainerCommand()
        switch self {
        case .prepare(let training, let places):
            var preparation = WireTrainerPreparation()
            preparation.training = training.wire
            preparation.places = places.wire
            wire.prepare = preparation
        case .go(let training): wire.go = training.wire
        case .release(let attempt): wire.release = attempt.wire
        }
        return wire
    }
}

extension TrainerPlaces: WireValue {
    init(wire: WireTrainerPlaces) throws(WireError) {
        let check = FieldChecks("TrainerPlaces")
        self.init(
            setPath: try check.path(wire.setPath, "set_path"),
            exchangeFolder: try check.path(wire.exchangeFolder, "exchange_folder"),
            modelFolder: try check.path(wire.modelFolder, "model_folder"),
            exchangeAddress: try check.path(wire.exchangeAddress, "exchange_address"),
            exchangePort: try check.integer(
                wire.exchangePort, "exchange_port", through: Int64(UInt16.max)),
            node: try check.node(wire.node, "node"),
            hostID: try check.text(wire.hostID, "host_id"))
        checkpointPath = try check.path(wire.checkpointPath, "checkpoint_path")
        initialPath = try check.path(wire.initialPath, "initial_path")
    }

    var wire: WireTrainerPlaces {
        var wire = WireTrainerPlaces()
        wire.setPath = setPath
        wire.exchangeFolder = exchangeFolder
        wire.modelFolder = modelFolder
        wire.exchangeAddress = exchangeAddress
        wire.exchangePort = Int64(exchangePort)
        wire.node = node.name
        wire.hostID = hostID
        wire.checkpointPath = checkpointPath
        wire.initialPath = initialPath
        return wire
    }
}
