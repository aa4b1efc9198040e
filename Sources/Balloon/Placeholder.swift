enum BalloonPlaceholder {}
