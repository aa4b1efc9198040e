enum BalloonDevicePlaceholder {}
