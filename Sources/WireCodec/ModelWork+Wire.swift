import ClusterVocabulary

extension ModelWork {
    /// Takes over everything but the hidden widths, which stand in the work itself.
    mutating func take(_ wire: WireModelWork) throws(WireError) {
        let check = FieldChecks("ModelWork")
        kind = try check.closed(Kind.self, wire.kind.rawValue, "kind")
        activation = try check.closed(Activation.self, wire.activation.rawValue, "activation")
        slope = try check.amount(wire.slope, "slope")
        dropout = try check.share(wire.dropout, "dropout")
        inputDropout = try check.share(wire.inputDropout, "input_dropout")
        normalization = try check.closed(
            Normalization.self, wire.normalization.rawValue, "normalization")
        layers = try check.list(
            Layer.self, wire.layers, "layers", most: WireLimits.mostHiddenLayers)
        height = try check.integer(wire.height, "height")
        width = try check.integer(wire.width, "width")
        channels = try check.integer(wire.channels, "channels", from: 1)
        factors = try check.integer(wire.factors, "factors", from: 1)
    }

    var wire: WireModelWork {
        var wire = WireModelWork()
        wire.kind = WireModelKind(rawValue: Int(kind.rawValue)) ?? .unspecified
        wire.activation = activation.wire
        wire.slope = slope
        wire.dropout = dropout
        wire.inputDropout = inputDropout
        wire.normalization =
            WireNormalizationKind(rawValue: Int(normalization.rawValue)) ?? .unspecified
        wire.layers = layers.map(\.wire)
        wire.height = Int64(height)
        wire.width = Int64(width)
        wire.channels = Int64(channels)
        wire.factors = Int64(factors)
        return wire
    }
}

extension ModelWork.Activation {
    fileprivate var wire: WireActivationKind {
        WireActivationKind(rawValue: Int(rawValue)) ?? .unspecified
    }
}

extension ModelWork.Layer: WireValue {
    init(wire: WireModelLayer) throws(WireError) {
        let check = FieldChecks("ModelLayer")
        self.init(kind: try check.closed(Kind.self, wire.kind.rawValue, "kind"))
        units = try check.integer(wire.units, "units", from: 1)
        size = try check.integer(wire.size, "size", from: 1)
        stride = try check.integer(wire.stride, "stride", from: 1)
        padding = try check.integer(wire.padding, "padding")
        rate = try check.share(wire.rate, "rate")
        activation = try check.closed(
            ModelWork.Activation.self, wire.activation.rawValue, "activation")
    }

    var wire: WireModelLayer {
        var wire = WireModelLayer()
        wire.kind = WireLayerKind(rawValue: Int(kind.rawValue)) ?? .unspecified
        wire.units = Int64(units)
        wire.size = Int64(size)
        wire.stride = Int64(stride)
        wire.padding = Int64(padding)
        wire.rate = rate
        wire.activation = activation.wire
        return wire
    }
}

extension LossWork: WireValue {
    init(wire: WireLossWork) throws(WireError) {
        let check = FieldChecks("LossWork")
        self.init(
            kind: try check.closed(Kind.self, wire.kind.rawValue, "kind"),
            parameter: try check.amount(wire.parameter, "parameter"))
        classWeighting = try check.closed(
            ClassWeighting.self, wire.classWeighting.rawValue, "class_weighting")
        classWeights = try check.list(
            ClassWeight.self, wire.classWeights, "class_weights", most: Self.mostClassWeights)
    }

    var wire: WireLossWork {
        var wire = WireLossWork()
        wire.kind = WireLossKind(rawValue: Int(kind.rawValue)) ?? .unspecified
        wire.parameter = parameter
        wire.classWeighting =
            WireClassWeighting(rawValue: Int(classWeighting.rawValue)) ?? .unspecified
        wire.classWeights = classWeights.map(\.wire)
        return wire
    }
}

extension LossWork.ClassWeight: WireValue {
    init(wire: WireClassWeight) throws(WireError) {
        let check = FieldChecks("ClassWeight")
        self.init(
            name: try check.text(wire.name, "name"),
            weight: try check.amount(wire.weight, "weight"))
    }

    var wire: WireClassWeight {
        var wire = WireClassWeight()
        wire.name = name
        wire.weight = weight
        return wire
    }
}
